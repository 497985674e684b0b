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
from typing import Any

import pulumi
import pulumi_docker as docker
from pulumi_command import local

from infra_kit.component import Scope
from infra_kit.naming import child
from infra_kit.providers.vps import room, ssh
from infra_kit.providers.vps.addresses import private_port
from infra_kit.providers.vps.labels import BORN_WITH, labels
from infra_kit.providers.vps.run import Run

FILES = "/run/infra-kit"
"""The folder in which a container finds its `files`."""
LOG = {"max-size": "10m", "max-file": "3"}
RESTARTS = 5
"""After a failure, as CIS 5.15 wants: what fails on and on must not take the host's time."""


class Container(docker.Container):
    """A container."""

    ready: pulumi.Resource
    """Depend on it for what needs the container to be well."""


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
    made = create(scope, role, run, in_turn=True, publish=publish, depends_on=depends_on)
    made.ready = ready(scope, role, run, made)
    return made


def create(
    scope: Scope,
    role: str,
    run: Run,
    *,
    in_turn: bool,
    publish: int | None = None,
    depends_on: Sequence[pulumi.Resource] = (),
    **more: Any,
) -> Container:
    """Makes a container that nobody waits for.

    Args:
        scope, role, run, publish, depends_on: as for `container`.
        in_turn: its successor starts when it is gone, for two of them must never share one volume; else beside it.
        more: what differs, as Docker's provider has it.
    """
    room.take(scope, role, "memory_gb", run.memory_gb)
    room.check_cpu(scope, role, run.cpu)
    props = {
        "image": run.image,
        "entrypoints": run.entrypoint,
        "command": run.command,
        "envs": [pulumi.Output.concat(key, "=", value) for key, value in sorted(run.environment.items())],
        **_hardened(scope, run),
        **_limits(run),
        **_storage(scope, role, run, in_turn=in_turn, depends_on=depends_on),
        **_reachable(scope, role, run, publish),
        "healthcheck": _health(run),
        "stop_signal": run.stop_signal,
        "stop_timeout": run.stop_seconds,
        "destroy_grace_seconds": run.stop_seconds,
    }
    return scope.resource(role, Container, delete_before_replace=in_turn, depends_on=depends_on, **{**props, **more})


def holder(
    scope: Scope,
    role: str,
    run: Run,
    *,
    in_turn: bool = False,
    folder: str = FILES,
    depends_on: Sequence[pulumi.Resource] = (),
) -> Container:
    """A container that never runs: its own volume holds the run's files, and goes with it.

    Docker puts no file into a container whose root is read-only, so they are put into this one. New content makes a new
    one, and with it a new container of those that mount it: nothing runs on with old configuration. Why not read_only:
    there would be no way in for the files, and no process is ever started here that could write. Why 0444: Docker looks
    an owner up among the host's users, which has none for a container's. Nobody but the user of those who mount it is
    there to read them, and on the host the folder of volumes is root's.
    """
    return scope.resource(
        role,
        Container,
        delete_before_replace=in_turn,
        image=run.image,
        command=["true"],
        **{**_hardened(scope, run), "read_only": False, "restart": "no", "max_retry_count": 0},
        **_limits(run),
        network_mode="none",
        start=False,
        must_run=False,
        volumes=[docker.ContainerVolumeArgs(container_path=folder)],
        uploads=[
            docker.ContainerUploadArgs(file=f"{folder}/{name}", content=content, permissions="0444")
            for name, content in sorted(run.files.items())
        ],
        # A new one takes its container away first: whatever must stand before that, or refuses it, comes before both.
        depends_on=depends_on,
    )


def volume(
    scope: Scope, role: str, *, protect: bool | None = None, more: Mapping[str, str] | None = None
) -> docker.Volume:
    """A volume with data of the component's: it outlives its containers, and the stack where data is retained. `more`
    are labels beside those of all."""
    return scope.resource(
        role,
        docker.Volume,
        stateful=True,
        protect=protect,
        retain_on_delete=True,
        labels=labels(scope, docker.VolumeLabelArgs, more),
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
        "labels": labels(scope, docker.ContainerLabelArgs, run.labels),
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


def ready(
    scope: Scope,
    role: str,
    run: Run,
    made: Container,
    beside: Sequence[Container] = (),
    *,
    well: Sequence[str] = ("healthy",),
) -> local.Command:
    """Waits until all is well, and limits the processes, which Docker does and its provider has no argument for.

    Args:
        scope, role, run: as for `container`.
        made: what is waited for.
        beside: containers whose processes are limited too.
        well: of Docker's words for a container's health, those that end the waiting.
    """
    states = " | ".join(f'"running and {word}"' for word in well)
    script = f"""\
set -eu
read -r container beside
for _ in $(seq {run.start_seconds}); do
  state=$(docker inspect --format '{{{{.State.Status}}}} and {{{{.State.Health.Status}}}}' "$container")
  case $state in
    {states}) docker update --pids-limit {run.pids} "$container" $beside >/dev/null && exit 0 ;;
    exited*) break ;;
  esac
  sleep 1
done
echo "{child(scope.name, role)} is $state, and has {run.start_seconds} seconds to get well. The end of its log:" >&2
docker logs --tail 20 "$container" >&2
exit 1
"""
    ids = pulumi.Output.all(made.id, *(it.id for it in beside)).apply(lambda known: " ".join(known) + "\n")
    return ssh.run(scope, f"{role}-ready", script, stdin=ids)


def _health(run: Run) -> docker.ContainerHealthcheckArgs:
    interval, timeout = run.health_seconds
    return docker.ContainerHealthcheckArgs(
        tests=["CMD", *run.health],
        interval=_duration(interval),
        timeout=_duration(timeout),
        retries=run.health_tries,
        start_period=_duration(run.health_begins),
    )


def _duration(seconds: int) -> str:
    """As Docker's provider reads it back, which is how Go writes it."""
    hours, minutes = seconds // 3600, seconds % 3600 // 60
    return (f"{hours}h" if hours else "") + (f"{minutes}m" if hours or minutes else "") + f"{seconds % 60}s"


def _storage(
    scope: Scope, role: str, run: Run, *, in_turn: bool, depends_on: Sequence[pulumi.Resource]
) -> dict[str, Any]:
    uid, _, gid = run.user.partition(":")
    own = [holder(scope, f"{role}-files", run, in_turn=in_turn, depends_on=depends_on).id] if run.files else []
    mounted = [
        docker.ContainerVolumeArgs(container_path=path, volume_name=name, read_only=read_only)
        for volumes, read_only in ((run.volumes, False), (run.read_only_volumes, True))
        for path, name in sorted(volumes.items())
    ]
    held = [docker.ContainerVolumeArgs(from_container=pulumi.Output.concat(it, ":ro")) for it in (*own, *run.mounts)]
    rights = f"rw,noexec,nosuid,nodev,uid={uid},gid={gid}"
    tmpfs = {path: f"{rights},{options}" for path, options in sorted(run.tmpfs.items())}
    return {"volumes": [*mounted, *held], "tmpfs": tmpfs}


def _reachable(scope: Scope, role: str, run: Run, publish: int | None) -> dict[str, Any]:
    if run.inside is not None:
        return {"network_mode": pulumi.Output.concat("container:", run.inside)}
    name = child(scope.name, role)
    if not run.networks:
        return {"hostname": name, "network_mode": "none"}
    return {
        "hostname": name,
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
