"""Looks at every component on its own, so that a slow one delays no other."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

from infra_kit.errors import ServerError
from infra_kit.providers.local import alerts_file
from infra_kit.providers.local.alerts_file import Alert, Standing
from infra_kit.providers.local.programs import measuring
from infra_kit.providers.local.programs.alerts import judge
from infra_kit.providers.local.programs.alerts.routes import sender
from infra_kit.providers.local.programs.alerts.tellers import Opened, Teller
from infra_kit.providers.local.programs.alerts.wanted import Rule, Wanted
from infra_kit.providers.local.programs.measuring import PATIENCE
from infra_kit.providers.local.programs.running import Told
from infra_kit.providers.local.signals.probe import Figures


class Checker:
    def __init__(self, told: Told) -> None:
        self._box = told.box
        self._generation = told.generation
        self._wanted = Wanted.of(told.box, told.settings)
        self._rules = {_key(rule.name, rule.component): rule for rule in self._wanted.rules}
        self._alerts = self._known()
        self._unseen = set(self._rules)
        """What nobody has looked at since this program began: it may be over."""
        self._tellers = dict(self._routes())
        self._pool = ThreadPoolExecutor(max(1, len(self._wanted.watched)))
        self._write()

    async def run(self) -> None:
        """Until it is cancelled."""
        async with asyncio.TaskGroup() as works:
            works.create_task(asyncio.Event().wait())  # also where no rule is: who ends counts as dead
            for teller in self._tellers.values():
                works.create_task(teller.run())
            for name in self._wanted.watched:
                if self._wanted.rules_for(name):
                    works.create_task(self._watch(name))

    def _known(self) -> dict[str, Alert]:
        """As they stood when one of us looked last, in today's words."""
        now, before = datetime.now(UTC), alerts_file.read(self._box)
        alerts = {key: judge.first(rule, now) for key, rule in self._rules.items()}
        for it in before.alerts:
            key = _key(it.rule, it.component)
            if new := alerts.get(key):
                alerts[key] = dataclasses.replace(new, state=it.state, since=it.since, value=it.value)
        return {key: judge.unseen(alert, now) for key, alert in alerts.items()}

    def _routes(self) -> Iterator[tuple[tuple[str, str], Teller]]:
        opened = Opened(self._box)
        for level, routes in self._wanted.routes.items():
            for kind, to in routes.items():
                send = sender(kind, to, self._wanted.smtp)
                yield (level, kind), Teller(f"{kind} of {level}", send, opened, self._wanted.app, self._box.stack)

    async def _watch(self, name: str) -> None:
        rules, every = self._wanted.rules_for(name), self._wanted.every
        looked = datetime.now(UTC)
        async for figures, now in measuring.figures(self._wanted.watched[name], every, self._pool):
            self._judge(rules, figures, now, slept=(now - looked).total_seconds() > 3 * every + PATIENCE)
            looked = now

    def _judge(self, rules: list[Rule], figures: Figures, now: datetime, *, slept: bool) -> None:
        for rule in rules:
            key = _key(rule.name, rule.component)
            before = judge.unseen(self._alerts[key], now) if slept else self._alerts[key]
            self._unseen.discard(key)
            after = self._alerts[key] = judge.judged(before, rule, figures.get(rule.signal), now, self._wanted.every)
            if after.state != before.state and "firing" in (before.state, after.state):
                print(f"{rule.level} {rule.component}: {rule.says}: {after.state}, it is {after.value}")
        self._write()
        firing = {key: it for key, it in self._alerts.items() if it.state == "firing"}
        for (level, _), teller in self._tellers.items():
            meant = {key: it for key, it in firing.items() if self._rules[key].told == level}
            seen = {key: it for key, it in meant.items() if key not in self._unseen or teller.knows(key)}
            teller.see(seen, judge.stamp(now))

    def _write(self) -> None:
        """A full disk costs what is shown, not what is told."""
        standing = Standing(self._generation, judge.stamp(datetime.now(UTC)), list(self._alerts.values()))
        try:
            alerts_file.write(self._box, standing)
        except ServerError as error:
            print(error)


def _key(rule: str, component: str) -> str:
    return f"{rule} {component}"
