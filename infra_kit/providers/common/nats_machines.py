"""What is done from inside of a network with NATS's servers on virtual machines: it waits for them, and sets them up.

It runs in a function or a job of a cloud, where nothing else of infra_kit is but `nats_setup`. All that it needs comes
with the event:
    does: `allow`, whether these servers may become what is asked; `well`, whether their machines may be replaced, the
        first one first; `join`, until the one server `name` is well, and with it whoever is to answer while the next
        one's machine is replaced; `settle`, until all have taken over what they are to let in, and then the streams
        and consumers.
    cluster: what `well` answered: `begins` where no server had a stream yet, else `stands` (`join`).
    servers: addresses `host:port` by the servers' names, in the order in which their machines are replaced.
    ca: PEM in base64, the authority that signed their certificates.
    system, admin: the passwords of who sees how servers are, and of who makes streams.
    mark: of what the servers are to let in (`settle`).
    streams, consumers: as JetStream's API has them (`settle`).
    seconds: how long it waits.
"""

from __future__ import annotations

import asyncio
import base64
import json
import ssl
from collections.abc import Callable, Mapping
from typing import Any

import nats
from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js.api import ConsumerConfig, StreamConfig
from nats.js.errors import APIError

from infra_kit.providers.common import nats_setup

Event = Mapping[str, Any]
Seen = Mapping[str, Mapping[str, Any]]
"""By the server's name, what it says of itself: `tags`, `status` and `error` of its health, `cluster`, `streams`; of
the one that leads its cluster also `members`, the names of all that were ever in it."""

BEGINS, STANDS = "begins", "stands"
EVERY_SECONDS = 1.0
"""Between two looks: no server tells when it has become well."""
ANSWER_SECONDS = 10.0
SETTLE_SECONDS = 30.0
MENDS = "`pulumi up --target-replace '<urn of its machine>' --target-dependents`"


class SetupError(Exception):
    """What could not be made, and what to do about it."""


async def run(event: Event) -> str:
    match event["does"]:
        case "allow":
            if why := refusal(await look(event), list(event["servers"])):
                raise SetupError(why)
        case "well":
            seen = await look(event)
            if why := ill(seen, list(event["servers"])):
                raise SetupError(why)
            return STANDS if any(it["streams"] for it in seen.values()) else BEGINS
        case "join":
            name = event["name"]
            why = f"{name} is not well, or another that is to answer while the next one's machine is replaced"
            await _until(event, lambda seen: is_in(seen, name, event), why)
        case "settle":
            await _until(event, lambda seen: have_settled(seen, event), "not all have taken over what they let in")
            await _settle(event)
    return "done"


def refusal(seen: Seen, wanted: list[str]) -> str:
    """Why servers that stand cannot become what is asked; empty where they can."""
    lone = [name for name, it in seen.items() if not it["cluster"] and it["streams"]]
    if len(wanted) > 1 and lone:
        return (
            f"{', '.join(lone)} stands alone and holds streams, which NATS deletes when it becomes one of a cluster "
            "(https://github.com/nats-io/nats-server/issues/5467). Nothing was changed. Leave replicas=1, or make a "
            "second EventBus with replicas, publish there, and drop this one when its consumers have nothing left."
        )
    most = max((it["size"] for it in seen.values() if it["cluster"]), default=0)
    if most > len(wanted):
        return (
            f"{most} servers are a cluster, and {len(wanted)} of them may be no majority: they would answer nobody. "
            "Nothing was changed. Leave replicas as they were, or make a second EventBus with fewer."
        )
    return ""


def ill(seen: Seen, wanted: list[str]) -> str:
    """Why no machine may be replaced: a cluster that answers would do so no longer; empty where it would."""
    answers = any(it["cluster"] and it["streams"] and it["status"] == "ok" for it in seen.values())
    first, *others = wanted
    down = [name for name in others if not _is_well(seen, name) and not _is_new(seen, name, wanted)]
    if not answers or not down:
        return ""
    return (
        f"{', '.join(down)} is not well, and machines are replaced one by one, from {first} on: without both there is "
        "no majority, and nobody is answered. No machine was replaced. The console of its machine says why; replace "
        f"that one first: {MENDS}. Then run `infra-kit up` again."
    )


def is_in(seen: Seen, name: str, event: Event) -> bool:
    """Whether a server is well, and the next one's machine may be replaced, for all others are too; or it cannot be
    yet, since a cluster begins when all its servers have come."""
    servers = list(event["servers"])
    begins = event["cluster"] == BEGINS and len(seen) < len(servers)
    if begins and all(it["status"] != "ok" for it in seen.values()):
        return name in seen
    if event["cluster"] == BEGINS and not any(it["streams"] for it in seen.values()):
        return _is_well(seen, name)
    after = servers.index(name) + 1
    others = [it for it in servers if it not in {name, *servers[after : after + 1]}]
    return _is_well(seen, name) and all(_is_well(seen, it) or _is_new(seen, it, servers) for it in others)


def _is_well(seen: Seen, name: str) -> bool:
    return name in seen and seen[name]["status"] == "ok"


def _is_new(seen: Seen, name: str, wanted: list[str]) -> bool:
    """Whether a cluster that stands never had this server: it is to have more. Where its leader knows not all of its
    members by name, it may be one of them."""
    members = next((it["members"] for it in seen.values() if it["members"]), None)
    return members is not None and name not in members and set(members) <= set(wanted)


def have_settled(seen: Seen, event: Event) -> bool:
    wanted = event["servers"].keys()
    return seen.keys() >= wanted and all(
        _is_well(seen, name) and event["mark"] in seen[name]["tags"] for name in wanted
    )


async def _until(event: Event, is_so: Callable[[Seen], bool], otherwise: str) -> None:
    deadline = asyncio.get_running_loop().time() + event["seconds"]
    while not is_so(seen := await look(event)):
        if asyncio.get_running_loop().time() > deadline:
            raise SetupError(
                f"{otherwise} after {event['seconds']:g} seconds. What the servers say: {json.dumps(seen)}. The "
                "machine's console says why. Run `infra-kit up` again when it is mended; where another machine mends "
                f"it, {MENDS} first. No event was deleted."
            )
        await asyncio.sleep(EVERY_SECONDS)


async def look(event: Event) -> Seen:
    """How the servers are that can be reached. Each is asked itself: a broken cluster has parts."""
    found = await asyncio.gather(*(_one(event, name) for name in event["servers"]))
    return {name: it for name, it in zip(event["servers"], found, strict=True) if it}


async def _one(event: Event, name: str) -> dict[str, Any] | None:
    try:
        client = await connect(event, name, "system", event["system"])
    except (NatsError, OSError, TimeoutError):
        return None
    try:
        return await _says(client, name)
    except (NatsError, TimeoutError):
        return None
    finally:
        await client.close()


async def _says(client: Client, name: str) -> dict[str, Any]:
    alone = json.dumps({"server_name": name, "exact_match": True}).encode()

    async def ask(what: str) -> dict[str, Any]:
        answer = await client.request(f"$SYS.REQ.SERVER.PING.{what}", alone, timeout=ANSWER_SECONDS)
        return dict(json.loads(answer.data)["data"])

    health, about, jetstream = await ask("HEALTHZ"), await ask("VARZ"), await ask("JSZ")
    return {
        "status": health["status"],
        "error": health.get("error", ""),
        "tags": about.get("tags") or [],
        "cluster": about.get("cluster", {}).get("name", ""),
        "size": len(about.get("cluster", {}).get("urls") or []),
        "streams": jetstream.get("streams", 0),
        "members": _members(name, jetstream.get("meta_cluster") or {}),
    }


def _members(name: str, meta: Mapping[str, Any]) -> list[str]:
    """The leader alone has those that follow it
    (https://docs.nats.io/running-a-nats-service/nats_admin/monitoring#jetstream-information-jsz)."""
    return [name, *(it["name"] for it in meta.get("replicas") or [])] if meta.get("leader") == name else []


async def connect(event: Event, name: str, user: str, password: str) -> Client:
    """Two attempts at once, the least that the client makes: the caller waits."""
    host, _, port = event["servers"][name].rpartition(":")
    return await nats.connect(
        f"tls://{host}:{port}",
        user=user,
        password=password,
        tls=ssl.create_default_context(cadata=base64.b64decode(event["ca"]).decode()),
        tls_hostname=host,
        allow_reconnect=False,
        max_reconnect_attempts=1,
        reconnect_time_wait=0,
        connect_timeout=ANSWER_SECONDS,
        error_cb=_say_nothing,
    )


async def _say_nothing(_error: Exception) -> None:
    """The client logs by default what it also raises."""


async def _settle(event: Event) -> None:
    client = await connect(event, next(iter(event["servers"])), "admin", event["admin"])
    try:
        if why := await nats_setup.refusal(client, event["streams"]):
            raise SetupError(
                f"{why}: what is beyond it would be deleted at once. The safe way: declare the stream by another name, "
                "with its subjects and the new bounds; the old one then keeps its events until their own retention "
                "ends. No stream was changed."
            )
        streams = {name: StreamConfig.from_response(dict(config)) for name, config in event["streams"].items()}
        consumers = {
            (it["stream"], it["config"]["name"]): ConsumerConfig.from_response(dict(it["config"]))
            for it in event["consumers"]
        }
        await nats_setup.settle(client.jetstream(timeout=SETTLE_SECONDS), streams, consumers)
    except APIError as error:
        raise SetupError(
            f"NATS refused a stream or consumer: {error.description}. Where two streams swap subjects, change one, run "
            "`infra-kit up`, then the other. Nothing that holds events was deleted."
        ) from error
    finally:
        await client.close()
