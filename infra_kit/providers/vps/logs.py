"""Logs on a VPS: a program of the host's own reads what Docker writes down of containers, and keeps it by class, in a
volume, a file an hour or a day (`common/log_collector`); VictoriaLogs has what is recent, to be searched.

- Docker writes its files whether anybody reads them or not: no container waits, and what was said while the program was
  away is read when it is back, up to the 30 MB that Docker keeps of a container. Each line is kept once.
- No container is given Docker's socket, or the folder of all logs: the bootstrap installs the program
  (`infra-kit-logs.service`), and it is told what to keep by a file in the volume, which no container mounts.
- VictoriaLogs stands in an internal network of its own and is reached from the host alone (`infra-kit connect`). It has
  one time for all that it keeps, so it keeps the shortest: no class is there longer than it may. What is older is in
  the files, one folder a class: `docker volume inspect`, `zgrep`.
- A sink and the archive are reached by the host, at any address that has TLS. The token of a sink is in that file,
  which root alone reads.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pulumi

from infra_kit import features
from infra_kit.component import Scope
from infra_kit.components.logs import SAY_SOMETHING, LogsEndpoint, LogsSpec
from infra_kit.features import Feature
from infra_kit.naming import child
from infra_kit.providers.common import logs, relay
from infra_kit.providers.common.log_collector.docker_host import LABEL, generation
from infra_kit.providers.vps import images, room, ssh, tools, volumes
from infra_kit.providers.vps.containers import Container, container, volume
from infra_kit.providers.vps.monitoring import USER, limits
from infra_kit.providers.vps.network import bridge
from infra_kit.providers.vps.run import Run
from infra_kit.providers.vps.scripts import told
from infra_kit.settings import Settings

HINTS: Mapping[Feature, str] = {
    features.LOCKED_LOGS: "whoever owns the host may delete its files; archive them in a bucket that locks: "
    "archive=ObjectStore.existing(…)",
    features.ARCHIVE_ELSEWHERE: "the host writes there by TLS, and this store has none; say a bucket of aws "
    "or gcp, or ObjectStore.existing(…) with an address that begins with https://",
    features.logs_of("network"): "Docker logs no flows; leave the Network out of of=",
    features.logs_of("auth"): "there is no Auth on this target; leave it out of of=",
    features.logs_of("mailer"): relay.UNHEARD,
}
SUPPORTS = frozenset(
    {features.ARCHIVE_ELSEWHERE, features.HTTP_SINK}
    | {of for kind in SAY_SOMETHING if (of := features.logs_of(kind)) not in HINTS}
)

PORT = 9428
FOLDER = "/victoria-logs-data"
MEMORY_GB, CPU, DISK_GB = 0.25, 0.5, 5
TAKES = (
    f"http://search:{PORT}/insert/jsonline?_time_field=time&_msg_field=message,msg&_stream_fields=component,part,class"
)
"""https://docs.victoriametrics.com/victorialogs/data-ingestion/#json-stream-api"""


def gaps(spec: LogsSpec, _: Settings) -> Mapping[Feature, str]:
    """A bucket of a host's own has no TLS."""
    to = spec.archive
    plain = to is not None and not to.stands_already and to.target.name in ("vps", "local")
    return features.gaps(spec.features(), SUPPORTS - ({features.ARCHIVE_ELSEWHERE} if plain else frozenset()), HINTS)


def create(scope: Scope, spec: LogsSpec) -> LogsEndpoint:
    kept = volume(scope, "kept", more={LABEL: "kept"}).name
    search = container(scope, "search", _search(scope, spec), depends_on=[])
    goes = _tell(scope, spec, kept, search)
    here = pulumi.Output.concat("docker volume ", kept)
    archive = logs.place(scope, spec.archive) if spec.archive else here
    url = f"http://{child(scope.name, 'search')}:{PORT}"
    return LogsEndpoint(url=ssh.after(goes, url), archive=archive, native=search)


def _search(scope: Scope, spec: LogsSpec) -> Run:
    room.take(scope, "search", "disk_gb", DISK_GB)
    data = volume(scope, "recent").name
    owned = volumes.give(
        scope, "recent-owner", pulumi.Output.concat(data, ":", FOLDER), image=tools.of(scope).image, user=USER
    )
    days = min(it.searched_days for it in spec.by_class.values())
    return Run(
        image=images.pull(scope, images.VICTORIA_LOGS),
        command=[
            f"-storageDataPath={FOLDER}",
            f"-httpListenAddr=:{PORT}",
            f"-retentionPeriod={days}d",
            f"-retention.maxDiskSpaceUsageBytes={DISK_GB}GB",
        ],
        user=USER,
        memory_gb=MEMORY_GB,
        cpu=CPU,
        environment=limits(MEMORY_GB),
        health=tools.asks("127.0.0.1", PORT, "/health", 5),
        networks=[bridge(scope, "network", internal=True).name],
        mounts=[tools.of(scope).holder],
        volumes={FOLDER: ssh.after(owned, data)},
        pids=64,
    )


def _tell(scope: Scope, spec: LogsSpec, kept: pulumi.Output[str], search: Container) -> pulumi.Resource:
    """Has the host's program keep what is asked; done when it goes by it."""
    where: pulumi.Output[Mapping[str, str]] = pulumi.Output.all(IMAGE=tools.of(scope).image, VOLUME=kept)
    known: pulumi.Output[Any] = pulumi.Output.all(where=where, settings=_settings(scope, spec, search))
    script = known.apply(lambda it: _script(it["where"], json.dumps(it["settings"], sort_keys=True)))
    gone = where.apply(lambda it: told("logs_gone.sh", it))
    return ssh.run(
        scope, "told", "sh -s", stdin=pulumi.Output.secret(script), delete=gone, depends_on=[search.ready, *spec.of]
    )


def _script(where: Mapping[str, str], settings: str) -> str:
    return told("logs.sh", {**where, "SETTINGS": settings, "GENERATION": generation(settings.encode())})


def _settings(scope: Scope, spec: LogsSpec, search: Container) -> Mapping[str, Any]:
    recent: dict[str, Any] = {
        "name": "search",
        "url": TAKES,
        "headers": {},
        "token": None,
        "classes": sorted(spec.by_class),
        "container": search.name,
    }
    return {
        "app": scope.target.app,
        "environment": scope.environment.value,
        "of": [component.name for component in spec.of],
        "classes": logs.classes(spec),
        "sinks": [recent, *([logs.sink(spec, spec.sink)] if spec.sink else [])],
        "bucket": logs.bucket(spec.archive) if spec.archive else None,
        "prefix": logs.prefix(scope),
    }
