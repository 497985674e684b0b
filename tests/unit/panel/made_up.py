"""A panel over made-up services."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from argon2 import PasswordHasher
from starlette.testclient import TestClient

from infra_kit.panel.app import application
from infra_kit.panel.facts import Alert, Copies, Facts, Part, Phase, Plan, Seen, Standing

PASSWORD = "correct horse battery staple"
HASH = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD)
"""A cheap one: what makes it dear stands in the hash itself."""
SECRET = "the-password-of-the-database"
BEGUN = "2026-11-26T03:00:00+00:00"
NEXT = Phase(name="2", title="Growth", monthly="46.31 USD", changes=("adds queue (Redis)",))
PLAN = Plan(
    monthly="25.00 USD", unpriced=1, phase=Phase(name="1", title="One host", monthly="25.00 USD"), next=NEXT,
    budgets=("Budget 'budget': 64.00 USD a month, within",),
)  # fmt: skip


def parts(count: int) -> tuple[Part, ...]:
    """`count` services, of which the first is a database."""
    db = Part(
        name="db", kind="Postgres", address="127.0.0.1:20421", version="17", username="app", credentials=("password",)
    )
    others = (
        Part(name=f"api-{number}", kind="Service", address=f"127.0.0.1:{21_000 + number}", version="1.4",
             url=f"http://127.0.0.1:{21_000 + number}")
        for number in range(1, count)
    )  # fmt: skip
    return (db, *others)


@dataclass
class MadeUp:
    """A `Source` that says what a test wants."""

    count: int = 3
    stand: dict[str, Standing] = field(default_factory=dict)
    secrets: Mapping[tuple[str, str], str] = field(default_factory=lambda: {("db", "password"): SECRET})
    planned: Plan | None = PLAN
    fails: Exception | None = None
    asked: list[tuple[str, str]] = field(default_factory=list)

    @property
    def facts(self) -> Facts:
        links = {"Directus": "https://cms.example.com"}
        own = {"app": "shop", "stack": "shop-production", "environment": "production", "target": "local"}
        return Facts(**own, parts=parts(self.count), links=links)

    def look(self) -> Seen:
        if self.fails:
            raise self.fails
        well = {part.name: Standing(state="well", since=BEGUN) for part in self.facts.parts}
        alert = Alert(level="P0", component="db", says="uptime < 100 % for 2m", since=BEGUN, value="0 %")
        return Seen(
            parts={**well, **self.stand},
            alerts=(alert,) if "db" in self.stand else (),
            copies=(
                Copies(component="safe", what="backup", last=BEGUN),
                Copies(component="drill", what="restore", last=BEGUN, seconds=42.0),
            ),
        )

    def plan(self) -> Plan | None:
        return self.planned

    def reveal(self, part: str, credential: str) -> str:
        self.asked.append((part, credential))
        return self.secrets[part, credential]


class Browser(TestClient):
    """One that follows no redirect by itself."""

    def csrf(self, path: str = "/login") -> str:
        found = re.search(r'name="csrf" value="([0-9a-f]+)"', self.get(path).text)
        assert found
        return found[1]

    def log_in(self, password: str = PASSWORD, username: str = "admin") -> int:
        form = {"csrf": self.csrf(), "username": username, "password": password}
        return int(self.post("/login", data=form).status_code)


def browser(
    source: MadeUp | None = None,
    *,
    host: str = "",
    port: int | None = None,
    password_hash: str = HASH,
    now: Callable[[], float] = float,
) -> Browser:
    """One that was not here before. With `host`, of a panel published by that name; with `port`, of one there. Its
    panel's clock stands still: nobody waits less because a test was slow."""
    app = application(
        source or MadeUp(),
        username="admin",
        password_hash=password_hash,
        hosts=[host] if host else [],
        port=port,
        now=now,
    )
    return Browser(app, base_url=f"https://{host}" if host else "http://127.0.0.1:21000", follow_redirects=False)
