"""Containers: everything on a VPS is made here, so that everything is hardened alike.

The rules are those of the CIS Docker Benchmark 1.6 (https://www.cisecurity.org/benchmark/docker): no privileges, no
capability that is not named, no new privileges, a read-only root, an own user, limits of memory, CPUs and processes, no
namespace of the host's, no host path, no port but those said to be published, a bounded log, a health check, five
restarts after a failure. Docker's own seccomp and AppArmor profiles apply because nothing switches them off.

Docker itself leaves two kinds of them down: all with the policy on-failure after a reboot
(https://docs.docker.com/engine/containers/start-containers-automatically/), and one that failed five times. It counts
over a container's whole life: a good run of any length sets back the pause before the next try, but only a start by
somebody the count (https://github.com/moby/moby/blob/master/daemon/internal/restartmanager/restartmanager.go, tried in
tests/system). So the bootstrap installs a unit that starts all of them with Docker, and a timer that gives those which
were given up another five tries every five minutes, both by the label managed-by=infra-kit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi
import pulumi_docker as docker
from pulumi_command import local

from infra_kit.component import Scope
from infra_kit.naming import child
from infra_kit.providers.vps import room, ssh
from infra_kit.providers.vps.addresses import private_port
from infra_kit.providers.vps.labels import BORN_WITH, labels

FILES = "/run/infra-kit"
"""The folder in which a container finds its `files`."""
LOG = {"max-size": "10m", "max-file": "3"}
RESTARTS = 5
"""After a failure, as CIS 5.15 wants: what fails on and on must not take the host's time."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """What runs in a container, and what it may use."""

    image: pulumi.Input[str]
    """The image's id: see `images.pull`."""
    user: str
    """Numbers, `uid:gid`, so that no name of the image's decides who it is. Never root."""
    memory_gb: float
    """GiB; without swap. Whatever is beyond is killed."""
    cpu: float
    """CPUs at most."""
    health: Sequence[str]
    """The program that tells whether it is well by its exit status, with arguments; no secret among them."""
    networks: Sequence[pulumi.Input[str]]
    """The Docker networks, by name; empty: none at all."""
    command: Sequence[str] | None = None
    entrypoint: Sequence[str] | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    """No secret: `docker inspect` shows it."""
    files: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    """By name, what is read-only under `FILES`, in this container only: configuration and secrets."""
    volumes: Mapping[str, pulumi.Input[str] | None] = field(default_factory=dict)
    """By path, the volume that is mounted there; None: one of the container's own, which goes with it."""
    read_only_volumes: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    tmpfs: Mapping[str, str] = field(default_factory=dict)
    """By path, the options of what is kept in memory, e.g. `{"/tmp": "size=64m"}`; owned by the user."""
    capabilities: Sequence[str] = ()
    """Beyond none, e.g. `CAP_NET_BIND_SERVICE`; each with its reason where it is said."""
    pids: int = 256
    """Processes and threads at most."""
    shm_mb: int = 64
    """Shared memory, in MiB."""
    ports: Mapping[int, int] = field(default_factory=dict)
    """Published on every address of the host, by the container's port: the edge only."""
    stop_signal: str = "SIGTERM"
    stop_seconds: int = 60
    """How long it may take to end by itself, before it is killed."""
    start_seconds: int = 180
    """How long it may take until it is well for the first time."""


class Container(docker.Container):
    """A container whose successor starts when it is gone: two of them must never share one volume."""

    ready: pulumi.Resource
    """Depend on it for what needs the container to be well."""

    def __init__(self, resource_name: str, *, opts: pulumi.ResourceOptions, **props: Any) -> None:
        in_turn = pulumi.ResourceOptions(delete_before_replace=True)
        super().__init__(resource_name, opts=pulumi.ResourceOptions.merge(in_turn, opts), **props)


def container(
    scope: Scope, role: str, run: Run, *, publish: int | None = None, depends_on: Sequence[pulumi.Resource] = ()
) -> Container:
    """Makes the container `role` of a component. Its `ready` fails with the end of its log when it does not get well.

    Other containers of its networks reach it by the name that `addresses.address` says.

    Args:
        scope: of the component.
        role: its name within the component, e.g. `server`.
        run: what runs in it.
        publish: its port that other hosts may reach: published on the host's private address where the settings name
            it, and nowhere else.
        depends_on: what must stand before it.
    """
    room.take(scope, role, "memory_gb", run.memory_gb)
    room.check_cpu(scope, role, run.cpu)
    made = scope.resource(
        role,
        Container,
        image=run.image,
        entrypoints=run.entrypoint,
        command=run.command,
        envs=[f"{key}={value}" for key, value in sorted(run.environment.items())],
        hostname=child(scope.name, role),
        **_hardened(scope, run),
        **_limits(run),
        **_storage(scope, role, run, depends_on),
        **_reachable(scope, role, run, publish),
        healthcheck=docker.ContainerHealthcheckArgs(
            tests=["CMD", *run.health], interval="10s", timeout="5s", retries=6, start_period="30s"
        ),
        stop_signal=run.stop_signal,
        stop_timeout=run.stop_seconds,
        destroy_grace_seconds=run.stop_seconds,
        depends_on=depends_on,
    )
    made.ready = _ready(scope, role, run, made)
    return made


def volume(scope: Scope, role: str, *, protect: bool | None = None) -> docker.Volume:
    """A volume with data of the component's: it outlives its containers, and the stack where data is retained."""
    return scope.resource(
        role,
        docker.Volume,
        stateful=True,
        protect=protect,
        retain_on_delete=True,
        labels=labels(scope, docker.VolumeLabelArgs),
        ignore_changes=BORN_WITH,
    )


def _hardened(scope: Scope, run: Run) -> dict[str, Any]:
    return {
        "user": run.user,
        "privileged": False,
        "read_only": True,
        "capabilities": docker.ContainerCapabilitiesArgs(drops=["ALL"], adds=list(run.capabilities)),
        "security_opts": ["no-new-privileges:true"],
        "ipc_mode": "private",
        "cgroupns_mode": "private",
        "init": True,
        "restart": "on-failure",
        "max_retry_count": RESTARTS,
        "log_driver": "json-file",
        "log_opts": LOG,
        "labels": labels(scope, docker.ContainerLabelArgs),
    }


def _limits(run: Run) -> dict[str, Any]:
    """`memory_swap` is memory and swap together: the same means no swap."""
    memory = max(16, int(run.memory_gb * 1024))
    return {
        "memory": memory,
        "memory_swap": memory,
        "cpus": _cpus(run.cpu),
        "cpu_shares": max(2, int(run.cpu * 1000)),
        "shm_size": run.shm_mb,
        # A core dump would put the memory's secrets on the disk.
        "ulimits": [docker.ContainerUlimitArgs(name="core", soft=0, hard=0)],
    }


def _cpus(cpu: float) -> str:
    """As Docker's provider reads it back: said otherwise, every plan would replace the container
    (nanoInt64ToDecimalString in https://github.com/kreuzwerker/terraform-provider-docker)."""
    text = f"{max(0.1, round(cpu, 2)):.9f}"
    return text[:-8] if text.count("0") == 9 else text.rstrip("0")


def _ready(scope: Scope, role: str, run: Run, made: Container) -> local.Command:
    """Limits the processes, which Docker does and its provider has no argument for, and waits until all is well."""
    script = f"""\
set -eu
container=$(cat)
docker update --pids-limit {run.pids} "$container" >/dev/null
for _ in $(seq {run.start_seconds}); do
  state=$(docker inspect --format '{{{{.State.Health.Status}}}}' "$container")
  [ "$state" = healthy ] && exit 0
  sleep 1
done
echo "{child(scope.name, role)} is $state after {run.start_seconds} seconds. The end of its log:" >&2
docker logs --tail 20 "$container" >&2
exit 1
"""
    return ssh.run(scope, f"{role}-ready", script, stdin=made.id)


def _storage(scope: Scope, role: str, run: Run, depends_on: Sequence[pulumi.Resource]) -> dict[str, Any]:
    uid, _, gid = run.user.partition(":")
    mounted = [
        docker.ContainerVolumeArgs(container_path=path, volume_name=name, read_only=read_only)
        for volumes, read_only in ((run.volumes, False), (run.read_only_volumes, True))
        for path, name in sorted(volumes.items())
    ]
    if run.files:
        mounted.append(docker.ContainerVolumeArgs(from_container=_files(scope, role, run, depends_on)))
    rights = f"rw,noexec,nosuid,nodev,uid={uid},gid={gid}"
    return {"volumes": mounted, "tmpfs": {path: f"{rights},{options}" for path, options in sorted(run.tmpfs.items())}}


def _files(scope: Scope, role: str, run: Run, depends_on: Sequence[pulumi.Resource]) -> pulumi.Output[str]:
    """A container that never runs: its own volume holds the files, and goes with it. Returns what mounts it read-only.

    Docker puts no file into a container whose root is read-only, so they are put into this one. New content makes a new
    one, and with it a new container of those that mount it: nothing runs on with old configuration. Why not read_only:
    there would be no way in for the files, and no process is ever started here that could write. Why 0444: Docker looks
    an owner up among the host's users, which has none for a container's. Nobody but the container's one user is there
    to read them, and on the host the folder of volumes is root's.
    """
    holder = scope.resource(
        f"{role}-files",
        Container,
        image=run.image,
        command=["true"],
        **{**_hardened(scope, run), "read_only": False, "restart": "no", "max_retry_count": 0},
        **_limits(run),
        network_mode="none",
        start=False,
        must_run=False,
        volumes=[docker.ContainerVolumeArgs(container_path=FILES)],
        uploads=[
            docker.ContainerUploadArgs(file=f"{FILES}/{name}", content=content, permissions="0444")
            for name, content in sorted(run.files.items())
        ],
        # A new one takes its container away first: whatever must stand before that, or refuses it, comes before both.
        depends_on=depends_on,
    )
    return pulumi.Output.concat(holder.id, ":ro")


def _reachable(scope: Scope, role: str, run: Run, publish: int | None) -> dict[str, Any]:
    if not run.networks:
        return {"network_mode": "none"}
    name = child(scope.name, role)
    return {
        "networks_advanced": [
            docker.ContainerNetworksAdvancedArgs(name=network, aliases=[name]) for network in run.networks
        ],
        "ports": [*_public(run), *_private(scope, role, publish)] or None,
    }


def _public(run: Run) -> list[docker.ContainerPortArgs]:
    return [docker.ContainerPortArgs(internal=inner, external=outer) for inner, outer in sorted(run.ports.items())]


def _private(scope: Scope, role: str, publish: int | None) -> list[docker.ContainerPortArgs]:
    """Docker opens a published port before any firewall of the host's sees it: so it names the one address."""
    outer = private_port(scope, role)
    if publish is None or outer is None:
        return []
    return [docker.ContainerPortArgs(internal=publish, external=outer, ip=ssh.settings(scope).private_address)]
