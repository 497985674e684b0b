"""What Service, Worker and Job share on a VPS: containers of the user's own image, hardened like all others.

- `image` is what the user says; a tag is said in the plan, because who moves it changes nothing here.
- The program runs as the user 1000:1000, never root, on a read-only root with 64 MiB at /tmp; other needs are said by
  `overrides={"instance-1": {"user": "101:101", "tmpfs": {…}}}`.
- Secret variables are no environment of the container, which `docker inspect` shows: they stand in a file that only
  its containers mount, and become variables of the program when it starts (`scripts/start.sh`), whatever the image
  has. Whoever may use Docker on the host can read them all the same: who may that, is root there.
- Each has a Docker network of its own, with a way out. What is linked is reached in networks of its own: see
  `link_networks.py`. A network of the user's choice (`network=`) is on the same host, and decides nothing more.
- `log_retention`: Docker knows no age, it keeps the last 30 MB of a container's log, and none of one that is gone.
- A volume is Docker's: it has no size (`size_gb` counts against the host's), and all instances share it.
- Sidecars and the program share one network, which a third container holds, so that each may be started again alone.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pulumi

from infra_kit import features, workloads
from infra_kit.component import Scope
from infra_kit.durations import seconds
from infra_kit.errors import SpecError
from infra_kit.features import Feature
from infra_kit.providers.vps import grants, images, room, ssh, tools, traces
from infra_kit.providers.vps.containers import Container, create, holder, volume
from infra_kit.providers.vps.network import bridge
from infra_kit.providers.vps.run import Run
from infra_kit.providers.vps.scripts import script
from infra_kit.providers.vps.volumes import give
from infra_kit.workloads import Variables, WorkloadSpec

SUPPORTS = frozenset({features.VOLUMES, features.SIDECARS, features.TRACING})
AUTOSCALING = "more instances on the same CPUs do no more work; leave max_instances out here"
HINTS: Mapping[Feature, str] = {features.AUTOSCALING: AUTOSCALING}

USER = "1000:1000"
"""Of nobody in particular; the Node images' own (https://github.com/nodejs/docker-node)."""
TMPFS = {"/tmp": "size=64m"}  # noqa: S108  where programs expect to write
PIDS = 512


@dataclass(frozen=True, kw_only=True)
class Workload:
    """What its instances have in common."""

    scope: Scope
    spec: WorkloadSpec
    network: pulumi.Output[str]
    run: Run
    sidecars: Mapping[str, Run]
    needs: Sequence[pulumi.Resource]


@dataclass(frozen=True, kw_only=True)
class Instance:
    program: Container
    host: Container
    """The container whose network it is: the program's own, but where there are sidecars."""
    beside: Sequence[Container]
    """All the others."""


def workload(scope: Scope, spec: WorkloadSpec, environment: Mapping[str, str] | None = None) -> Workload:
    """Raises `SpecError`.

    Args:
        scope: of the component.
        spec: its spec.
        environment: what its program is told, where the spec does not say it.
    """
    image = _image(scope, spec)
    _say_what_a_log_is(scope, spec)
    network = bridge(scope, "network").name
    traced = traces.of(scope, spec, network)
    given = workloads.variables(scope, spec, traced.variables)
    volumes = {key: volume(scope, f"volume-{key}") for key in sorted(spec.volumes)}
    owned = [_own(scope, spec, key, it.name) for key, it in volumes.items()]
    run = _run(scope, spec, image, given, [network, *_networks(given), *traced.networks])
    run = replace(run, environment={"HOME": "/tmp", **(environment or {}), **run.environment})  # noqa: S108
    held = _files(scope, spec, run)
    return Workload(
        scope=scope,
        spec=spec,
        network=network,
        run=replace(
            run,
            files={},
            mounts=[*run.mounts, held],
            volumes={spec.volumes[key].path: it.name for key, it in volumes.items()},
        ),
        sidecars={name: _sidecar(scope, spec, name) for name in sorted(spec.sidecars)},
        needs=[*owned, *(it for grant in given.grants for it in grant.depends_on)],
    )


def instance(work: Workload, role: str, *, in_turn: bool = False, **more: Any) -> Instance:
    """Makes an instance: a container, and those of its sidecars. `more` as for `containers.create`."""
    if not work.spec.sidecars:
        program = create(work.scope, role, work.run, in_turn=in_turn, depends_on=work.needs, **more)
        return Instance(program=program, host=program, beside=[])
    host = create(work.scope, f"{role}-host", _host(work), in_turn=in_turn)
    run = replace(work.run, networks=(), inside=host.id)
    program = create(work.scope, role, run, in_turn=in_turn, depends_on=work.needs, **more)
    sidecars = [
        create(
            work.scope,
            f"{role}-sidecar-{name}",
            replace(beside, inside=host.id),
            in_turn=in_turn,
            depends_on=work.needs,
        )
        for name, beside in work.sidecars.items()
    ]
    return Instance(program=program, host=host, beside=[host, *sidecars])


def _image(scope: Scope, spec: WorkloadSpec) -> pulumi.Output[str]:
    if spec.image is None:
        raise SpecError(f"{scope.what}: image: needed on vps, which runs containers: image='registry.example/api:1.4'.")
    return images.named(scope, spec.image)


def _say_what_a_log_is(scope: Scope, spec: WorkloadSpec) -> None:
    if "log_retention" in spec.model_fields_set:
        pulumi.log.info(
            f"{scope.what}: log_retention: Docker keeps a log by its size, not its age: the last 30 MB of each "
            "container, and none of one that a release replaced. Send it elsewhere what is to be kept.",
            scope.parent,
        )


def _networks(given: Variables) -> list[pulumi.Output[str]]:
    return [network for grant in given.grants if (network := grants.native(grant).network) is not None]


def _run(
    scope: Scope,
    spec: WorkloadSpec,
    image: pulumi.Output[str],
    given: Variables,
    networks: Sequence[pulumi.Output[str]],
) -> Run:
    granted = [grants.native(grant) for grant in given.grants]
    return Run(
        image=image,
        entrypoint=tools.START,
        command=spec.command,
        user=USER,
        memory_gb=spec.memory_gb,
        cpu=spec.cpu,
        health=tools.RUNS,
        networks=networks,
        environment=given.plain,
        files={"secrets": _secrets(given)},
        mounts=[tools.of(scope).holder, *(held for grant in granted for held in grant.files)],
        read_only_volumes={path: name for grant in granted for path, name in grant.volumes.items()},
        tmpfs=TMPFS,
        stop_seconds=seconds(spec.stop_timeout),
        pids=PIDS,
    )


def _own(scope: Scope, spec: WorkloadSpec, key: str, name: pulumi.Output[str]) -> pulumi.Resource:
    """The volume is counted, and becomes the program's."""
    asked = spec.volumes[key]
    room.take(scope, f"volume-{key}", "disk_gb", asked.size_gb)
    mount = pulumi.Output.concat(name, ":", asked.path)
    return give(scope, f"volume-{key}-owner", mount, image=tools.of(scope).image, user=USER)


def _secrets(given: Variables) -> pulumi.Output[str]:
    """As a shell reads them. Secret."""
    lines = [_export(key, value) for key, value in sorted(given.secret.items())]
    return pulumi.Output.secret(pulumi.Output.concat(*lines))


def _export(key: str, value: pulumi.Output[str]) -> pulumi.Output[str]:
    return value.apply(lambda known: f"export {key}={shlex.quote(known)}\n")


def _files(scope: Scope, spec: WorkloadSpec, run: Run) -> pulumi.Output[str]:
    """The container that holds them, for all instances of one version."""
    held = holder(scope, "files", run)
    if spec.command:
        return held.id
    variables = pulumi.Output.format("NAME={0} IMAGE={1} HOLDER={2}\n", scope.name, run.image, held.id)
    written = ssh.run(scope, "own-program", "sh -s", stdin=pulumi.Output.concat(variables, script("program.sh")))
    return ssh.after(written, held.id)


def _sidecar(scope: Scope, spec: WorkloadSpec, name: str) -> Run:
    sidecar = spec.sidecars[name]
    return Run(
        image=images.named(scope, sidecar.image, f"sidecar-{name}-image"),
        entrypoint=sidecar.command or None,
        user=USER,
        memory_gb=sidecar.memory_gb,
        cpu=sidecar.cpu,
        health=tools.RUNS,
        networks=(),
        mounts=[tools.of(scope).holder],
        tmpfs=TMPFS,
        stop_seconds=seconds(spec.stop_timeout),
        pids=PIDS,
    )


def _host(work: Workload) -> Run:
    """Holds the network, and nothing else."""
    return Run(
        image=tools.of(work.scope).image,
        entrypoint=["sleep", str(2**31 - 1)],
        user=USER,
        memory_gb=0.02,
        cpu=0.1,
        health=["true"],
        networks=work.run.networks,
        pids=16,
    )
