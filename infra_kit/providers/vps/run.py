"""What runs in a container, and what it may use: `containers.py` makes it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pulumi


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
    environment: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    """No secret: `docker inspect` shows it."""
    files: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    """By name, what is read-only under `containers.FILES`, in this container only: configuration and secrets."""
    volumes: Mapping[str, pulumi.Input[str] | None] = field(default_factory=dict)
    """By path, the volume that is mounted there; None: one of the container's own, which goes with it."""
    read_only_volumes: Mapping[str, pulumi.Input[str]] = field(default_factory=dict)
    mounts: Sequence[pulumi.Input[str]] = ()
    """Containers that hold files (`containers.holder`): each is mounted read-only where it has them."""
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
    health_seconds: tuple[int, int] = (10, 5)
    """Between two health checks, and how long one may take."""
    health_tries: int = 6
    """Failed checks in a row after which it is unhealthy."""
    health_begins: int = 30
    """Seconds after its start in which failed checks do not count."""
    inside: pulumi.Input[str] | None = None
    """The container whose network it shares, instead of `networks`: the two are one host."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """Beside those of all."""
