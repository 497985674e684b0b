"""What all of Zuclubit's containers are (seeds/004: ZU-1, ZU-11, ZU-12)."""

from collections.abc import Sequence

import pulumi

from infra_kit import Release, Tracing
from infra_kit.workloads import Architecture
from stacks.config import system

ARM: Sequence[Architecture] = ("arm64",)


def architectures() -> Sequence[Architecture]:
    """ZU-11: ARM's, or what `zuclubit:architectures` says; Cloud Run has amd64 alone."""
    said: Sequence[Architecture] | None = pulumi.Config(system()).get_object("architectures")
    return said or ARM


TRACING = Tracing()


def releases() -> Release:
    """ZU-12; the errors are those of a P0 of ZU-10. `zuclubit:watch` says how long they are looked at, if not for 5
    minutes: by so much each `up` with a new version takes longer."""
    watch = pulumi.Config(system()).get("watch") or "5m"
    return Release(strategy="blue-green", smoke_tests=["/health"], max_error_percent=1, watch=watch)
