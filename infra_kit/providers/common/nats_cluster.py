"""NATS on virtual machines of a cloud: one server, or as many as the most copies of a stream, each on its own machine
with a volume of its own.

- A machine runs the same image as a host does (`nats.IMAGE`), by its digest, and holds nothing that matters: what its
  volume keeps outlives it. `nats_server.sh` is what it does.
- What its servers let in (users, certificates) is a text in the cloud's store of secrets, which each machine reads
  by its own role when it starts and once a minute, so that links come and go without a restart. Each text has a mark,
  which a server that took it over tells (`server_tags`): by that the set-up knows.
- Once a minute it tells the cloud's monitoring whether its server is well, how full its volume is, and how far the
  consumers are (`bus_figures`). Where none of those can be read it says that it is not well; of a stream of which
  something cannot be read it says nothing.
- Clients and servers speak TLS with the servers, of an authority of the bus's own, which clients are given.
- A stream that one server alone wrote does not become a cluster's: NATS would delete it
  (https://github.com/nats-io/nats-server/issues/5467). So what has stood alone is never made a cluster, nor the other
  way round: `nats_machines.py` refuses that before any machine is replaced, and the machine itself once more.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import pulumi

from infra_kit import features
from infra_kit.component import Scope
from infra_kit.components.event_bus import EventBusEndpoint, EventBusSpec
from infra_kit.errors import SpecError
from infra_kit.features import Feature
from infra_kit.providers.common import bus_figures, certificates, machine_scripts, nats, urls
from infra_kit.providers.common.certificates import Certificate
from infra_kit.providers.common.gathered import Gathered
from infra_kit.providers.common.passwords import password
from infra_kit.signals import Signal

SUPPORTS = frozenset(
    {
        features.DEAD_LETTER,
        features.STREAM_REPLICAS,
        features.STREAM_SIZE,
        features.LONG_BACKLOG,
        features.LONG_RETENTION,
        features.ANY_ACK_WAIT,
        features.ANY_DELIVERIES,
        features.engine("nats"),
    }
)
HINTS: Mapping[Feature, str] = {}

OF_SERVERS = frozenset({Signal.UPTIME, Signal.DISK})
OF_CONSUMERS = {
    Signal.BACKLOG: "bus_waiting", Signal.BACKLOG_AGE: "bus_oldest_seconds", Signal.DEAD_LETTERS: "bus_dead",
}  # fmt: skip
"""The figures by which `bus_figures` tells them."""
MEASURED = OF_SERVERS | OF_CONSUMERS.keys()
"""What the machines tell their cloud's monitoring."""

PORT, ROUTES = 4222, 6222
"""Where a server listens to clients, and to other servers."""
SYSTEM, ROUTE, MONITOR = "system", "route", bus_figures.USER
"""The users by whom the set-up sees how the servers are, the servers each other, and a machine the consumers."""
TOO_MANY_LINKS = "Divide the streams among two EventBuses, each with fewer links."
"""The way out where a secret does not hold all that the servers let in."""
MEMORY_GB, CPU = 2, 2
"""Of a machine. NATS keeps events on the volume; `overrides` say more where consumers are many."""
LEAST_GB = 20
ROOM = 1.25
"""What a volume has beyond what its streams may hold: NATS writes anew before it removes, and takes 90 % at most."""
SERVER = "nats_server.sh"
"""What a machine does, beside what all do."""
FILES = "/etc/nats"
"""Where a server's container finds what it reads."""


@dataclass(frozen=True, kw_only=True)
class User:
    """Of a link."""

    name: str
    password: pulumi.Output[str]
    rights: Mapping[str, Sequence[str]]


@dataclass(frozen=True, kw_only=True)
class Secrets:
    """What the servers let in by: passwords, all of them secret."""

    admin: pulumi.Output[str]
    app: pulumi.Output[str]
    system: pulumi.Output[str]
    route: pulumi.Output[str]
    monitor: pulumi.Output[str]


def secrets(scope: Scope) -> Secrets:
    made = {role: password(scope, f"{role}-password").result for role in ("admin", SYSTEM, ROUTE, MONITOR)}
    return Secrets(**made, app=password(scope).result)


def zones(scope: Scope, spec: EventBusSpec, there: Iterable[str], *, otherwise: str) -> list[str]:
    """The keys of the zones that the servers stand in, one in each. Raises `SpecError` where they are too few, with
    what there is `otherwise`; in that, `{wanted}` is how many there would have to be."""
    found, wanted = list(there), max(stream.replicas for stream in spec.streams.values())
    if wanted > len(found):
        raise SpecError(
            f"{scope.what}: streams: replicas={wanted} needs as many servers, each in a zone of its own, and there are "
            f"{len(found)}. {otherwise.format(wanted=wanted)}"
        )
    return found[:wanted]


def told_of_consumers(spec: EventBusSpec) -> Mapping[Signal, tuple[str, Sequence[str]]]:
    """By signal, the name of its figure, and the consumers of which it is told."""
    keep_dead = [name for name, it in spec.consumers.items() if it.dead_letter]
    return {
        signal: (figure, keep_dead if signal == Signal.DEAD_LETTERS else list(spec.consumers))
        for signal, figure in OF_CONSUMERS.items()
    }


def volume_gb(spec: EventBusSpec) -> int:
    """Each server's, in GiB: all that the streams may hold, as far as they say, and some room."""
    held = sum(stream.max_size_gb or 0 for stream in spec.streams.values())
    return max(LEAST_GB, -int(-held * ROOM // 1))


def bus(spec: EventBusSpec) -> dict[str, Any]:
    """As `nats` reads it."""
    return spec.model_dump(mode="json", include={"streams", "consumers"})


def settings(
    spec: EventBusSpec,
    known: Secrets,
    hosts: Mapping[str, pulumi.Input[str]],
    certificate: Certificate,
    links: Gathered[User],
) -> pulumi.Output[tuple[str, str]]:
    """What the machines read, and its mark. Secret.

    Args:
        spec: the bus.
        known: its passwords.
        hosts: the servers' names in the network by their own.
        certificate: theirs.
        links: whoever else is let in.
    """
    users = links.then(
        lambda them: [
            {"name": it.name, "password": it.password, "rights": dict(it.rights)}
            for it in sorted(them, key=lambda user: user.name)
        ]
    )
    parts = pulumi.Output.all(
        admin=known.admin,
        app=known.app,
        system=known.system,
        route=known.route,
        monitor=known.monitor,
        routes=pulumi.Output.all(**hosts).apply(lambda it: {name: f"{host}:{ROUTES}" for name, host in it.items()}),
        ca=certificate.ca,
        pem=certificate.pem,
        key=certificate.key,
        users=users,
    )
    return pulumi.Output.secret(parts.apply(lambda it: settings_of(bus(spec), it)))


def settings_of(props: nats.Props, known: Mapping[str, Any]) -> tuple[str, str]:
    """What the machines read (`machine_scripts.told`), and its mark.

    `known`: as of `configuration`, and PEM of the servers: `ca`, `pem` and `key`.
    """
    asked = bus_figures.told(props, f"tls://localhost:{PORT}", known["monitor"], ca=f"{FILES}/ca.pem")
    files = {
        "ca.pem": known["ca"],
        "server.pem": known["pem"],
        "server-key.pem": known["key"],
        bus_figures.SCRIPT: bus_figures.script(),
        bus_figures.TOLD: json.dumps(asked),
    }
    unmarked = configuration(props, known, mark="")
    mark = "settings-" + sha256(json.dumps([unmarked, files]).encode()).hexdigest()[:16]
    files["nats.conf"] = configuration(props, known, mark=mark)
    return machine_scripts.told(files), mark


def configuration(props: nats.Props, known: Mapping[str, Any], *, mark: str) -> str:
    """nats.conf (https://docs.nats.io/running-a-nats-service/configuration), the same for all servers: what each has of
    its own are variables of its environment.

    Args:
        props: the bus.
        known: `admin`, `app`, `system`, `route` and `monitor`, passwords; `routes`, where the servers listen to each
            other, by their names; `users` of links.
        mark: of the whole.
    """
    tls = {"cert_file": f"{FILES}/server.pem", "key_file": f"{FILES}/server-key.pem", "ca_file": f"{FILES}/ca.pem"}
    told = nats.authorization(props, admin=known["admin"], app=known["app"])["users"]
    told.append(nats.monitor_user(MONITOR, known["monitor"], props))
    told += [nats.link_user(it["name"], it["password"], it["rights"]) for it in known["users"]]
    settings: dict[str, Any] = {
        "server_name": "$NATS_NAME",
        "server_tags": [mark],
        "port": "$NATS_PORT",
        "client_advertise": "$NATS_ADVERTISE",
        "http": "$NATS_MONITOR",
        "tls": {key: tls[key] for key in ("cert_file", "key_file")},
        "jetstream": {"store_dir": "$NATS_STORE", "max_file_store": "$NATS_STORE_BYTES"},
        "lame_duck_duration": "30s",
        "accounts": {
            "SYS": {"users": [{"user": SYSTEM, "password": known["system"]}]},
            "BUS": {"jetstream": "enabled", "users": told},
        },
        "system_account": "SYS",
        **_cluster(known, tls),
    }
    text = json.dumps(settings, sort_keys=True)
    for name in ("NAME", "PORT", "ADVERTISE", "MONITOR", "STORE", "STORE_BYTES", "ROUTES"):
        text = text.replace(f'"$NATS_{name}"', f"$NATS_{name}")
    return text + "\n"


def _cluster(known: Mapping[str, Any], tls: Mapping[str, str]) -> dict[str, Any]:
    if len(known["routes"]) == 1:
        return {}
    cluster = {
        "name": "bus",
        "port": "$NATS_ROUTES",
        "authorization": {"user": ROUTE, "password": known["route"]},
        "routes": [f"nats-route://{ROUTE}:{known['route']}@{where}" for _, where in sorted(known["routes"].items())],
        "tls": {**tls, "verify": True},
    }
    return {"cluster": cluster}


def machine(variables: Mapping[str, pulumi.Input[str]], of_the_cloud: str) -> pulumi.Output[str]:
    """The script that makes a machine a server: see `machine_scripts.script`."""
    ours = {"BOX": f"docker.io/{bus_figures.BOX}@sha256:{bus_figures.BOX_SHA256}"}
    return machine_scripts.script({**variables, **ours, "PORT": str(PORT), "ROUTES": str(ROUTES)}, of_the_cloud, SERVER)


def certificate(scope: Scope, names: Sequence[pulumi.Input[str]]) -> Certificate:
    return certificates.server(scope, [*names, "localhost"])


def endpoint(
    spec: EventBusSpec,
    known: Secrets,
    *,
    host: pulumi.Output[str],
    ca: pulumi.Output[str],
    native: object,
) -> EventBusEndpoint:
    """`host`: once all is set up."""
    props = bus(spec)
    return EventBusEndpoint(
        url=url(nats.APP, known.app, host),
        host=host,
        port=pulumi.Output.from_input(PORT),
        username=pulumi.Output.from_input(nats.APP),
        password=pulumi.Output.secret(known.app),
        streams=pulumi.Output.from_input({name: name for name in spec.streams}),
        consumers=pulumi.Output.from_input(nats.consumer_addresses(props)),
        dead_letters=pulumi.Output.from_input(nats.dead_letter_addresses(props)),
        inbox_prefix=pulumi.Output.from_input(nats.INBOX),
        ca_certificate=ca.apply(lambda pem: pem),
        native=native,
    )


def url(user: str, secret: pulumi.Output[str], host: pulumi.Output[str]) -> pulumi.Output[str]:
    return urls.url("tls", username=user, password=secret, host=host, port=PORT)
