"""What Logs tell the collector (`log_collector`), on the targets that gather lines themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pulumi

from infra_kit.component import Scope
from infra_kit.components.logs import LogsSpec
from infra_kit.components.object_store import ObjectStore
from infra_kit.log_classes import HttpSink


def classes(spec: LogsSpec) -> dict[str, dict[str, Any]]:
    """In days: how long lines are kept, and how long here, where the archive has them too."""
    return {
        name: {
            "keep": it.kept_days,
            "here": it.searched_days if spec.archive else it.kept_days,
            "archived": bool(spec.archive and it.archive_after),
        }
        for name, it in spec.by_class.items()
    }


def sink(spec: LogsSpec, given: HttpSink) -> dict[str, Any]:
    """With its token, which is a secret."""
    return {
        "name": "sink",
        "url": given.url,
        "headers": dict(given.headers),
        "token": pulumi.Output.secret(given.token) if given.token is not None else None,
        "classes": sorted(spec.shipped()),
        "container": None,
    }


def bucket(to: ObjectStore) -> Mapping[str, Any]:
    """Where the archive is, and who may write there."""
    return {
        "bucket": to.bucket,
        "s3_endpoint": to.s3_endpoint,
        "region": to.region,
        "access_key": to.access_key,
        "secret_key": pulumi.Output.secret(to.secret_key),
        "force_path_style": to.force_path_style,
    }


def prefix(scope: Scope) -> str:
    """Before the names of what is archived: a bucket may have several stacks' logs."""
    return f"{scope.target.app}/{scope.environment.value}/{scope.name}"


def place(scope: Scope, to: ObjectStore) -> pulumi.Output[str]:
    return pulumi.Output.concat("s3://", to.bucket, "/", prefix(scope))
