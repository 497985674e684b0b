"""What a Backup copies of a Redis, an ObjectStore and an EventBus: by what, as whom, and how a copy is proven.

Each is asked by a user of its own, which may get what is copied and change nothing, in a network that only the two are
in.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pulumi

from infra_kit.component import Component, Scope
from infra_kit.naming import child
from infra_kit.providers.common import nats, seaweed, valkey
from infra_kit.providers.common.passwords import password
from infra_kit.providers.vps import event_bus, object_store, redis, room
from infra_kit.providers.vps.event_bus import VpsBus
from infra_kit.providers.vps.images import NATS_BOX, Image, for_redis
from infra_kit.providers.vps.link_networks import Reached
from infra_kit.providers.vps.object_store import VpsBucket
from infra_kit.providers.vps.redis import VpsRedis
from infra_kit.providers.vps.scripts import script

HOME = {"HOME": "/tmp", "XDG_CONFIG_HOME": "/tmp"}  # noqa: S108  a container's own, in memory
"""Where nats and rclone look for what they were told before: there is nothing."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """How one is copied."""

    image: Image
    reached: Reached
    user: pulumi.Resource
    """What has made it."""
    environment: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, pulumi.Input[str]]
    remotes: pulumi.Output[str]
    """Of rclone.conf, what its script reads from."""
    gib: float
    """What a copy may take on the host before it is sent."""


def source(scope: Scope, component: Component[Any, Any]) -> Source:
    """How a component is copied."""
    of: Mapping[str, Callable[[Scope, Component[Any, Any]], Source]] = {
        "redis": _redis,
        "event_bus": _event_bus,
        "object_store": _object_store,
    }
    return of[component.KIND](scope, component)


def image(component: Component[Any, Any]) -> Image:
    """Whose programs write and read its copies."""
    return for_redis(component.spec.version) if component.KIND == "redis" else NATS_BOX


def gib(component: Component[Any, Any]) -> float:
    """What a copy of it may be as large as. Of objects there is a list alone: what they hold is never all on the
    host."""
    return float(component.spec.memory_gb) if component.KIND == "redis" else room.disk_gb(component.spec)


def _redis(scope: Scope, component: Component[Any, Any]) -> Source:
    name, user = component.name, _user(scope)
    server = scope.native(component, VpsRedis).servers["server"]
    secret = password(scope, f"{name}-password").result
    return Source(
        image=image(component),
        reached={child(name, "server"): server},
        user=redis.give_user(scope, f"{name}-user", server, user, secret.apply(valkey.rules_of_copier)),
        environment={"SERVER": child(name, "server"), "LOGIN": user},
        files={"password": secret, "take.sh": script("redis_copy.sh")},
        remotes=pulumi.Output.from_input(""),
        gib=gib(component),
    )


def _event_bus(scope: Scope, component: Component[Any, Any]) -> Source:
    name, user = component.name, _user(scope)
    native = scope.native(component, VpsBus)
    secret = password(scope, f"{name}-password").result
    entry = secret.apply(lambda known: json.dumps(nats.copier_user(user, known)))
    url = f"nats://{child(name, 'server')}:{event_bus.PORT}"
    return Source(
        image=image(component),
        reached={child(name, "server"): native.server},
        user=event_bus.give_user(scope, f"{name}-user", native, user, entry),
        environment={
            "NATS_URL": url,
            "NATS_USER": user,
            "INBOX": nats.inbox(user),
            "STREAMS": " ".join(native.streams),
            **HOME,
        },
        files={"password": secret, "take.sh": script("event_bus_copy.sh")},
        remotes=pulumi.Output.from_input(""),
        gib=gib(component),
    )


def _object_store(scope: Scope, component: Component[Any, Any]) -> Source:
    name, user = component.name, _user(scope)
    native, bucket = scope.native(component, VpsBucket), component.endpoint.bucket
    secret: pulumi.Output[str] = pulumi.Output.secret(password(scope, f"{name}-password").result)
    made = object_store.give_identity(
        scope,
        f"{name}-user",
        native,
        bucket=bucket,
        name=user,
        key=secret,
        rights={"access": ["read"], "prefix": ""},
    )
    return Source(
        image=image(component),
        reached=native.reached,
        user=made,
        environment=HOME,
        files={"take.sh": script("object_store_copy.sh"), "thin.sh": script("object_store_thin.sh")},
        remotes=pulumi.Output.all(component.endpoint.bucket, native.origin, secret).apply(
            lambda it: _bucket(user, *it)
        ),
        gib=gib(component),
    )


def _user(scope: Scope) -> str:
    """No link's user is called so: they are called after who is linked, and nobody links to a Backup."""
    return f"{scope.name}__copies".replace("-", "_")


def _bucket(user: str, bucket: str, origin: str, key: str) -> str:
    live = {"endpoint": origin, "region": seaweed.REGION, "access_key_id": user, "secret_access_key": key}
    return remote("live", **s3(live, path=True)) + remote("source", type="alias", remote=f"live:{bucket}")


def s3(store: Mapping[str, str], *, path: bool) -> dict[str, str]:
    """A remote of rclone that is a bucket, which is there (https://rclone.org/s3/)."""
    # Whoever only reads or writes objects may not look for the bucket.
    known = {"type": "s3", "provider": "Other", "no_check_bucket": "true", "force_path_style": str(path).lower()}
    return {**known, **store}


def remote(name: str, **options: str) -> str:
    """A section of rclone.conf."""
    return f"[{name}]\n" + "".join(f"{option} = {value}\n" for option, value in options.items())
