"""Usage: what a month is assumed to bring, from the stack's configuration (`infra-kit:usage`)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Literal

from pydantic import Field, ValidationError

from infra_kit.errors import ConfigError
from infra_kit.spec import Model, problems

ALL = "*"
OTHERS = ""
"""What stands beside our components."""
HOURS_A_MONTH = 730
"""Of a month, as the vendors count it (365 * 24 / 12)."""


class Usage(Model):
    """A month of one component. The defaults are those of a small product with its first customers."""

    hours: float = Field(default=HOURS_A_MONTH, ge=0, le=HOURS_A_MONTH + 14)
    """That it runs: 730 is all of them; less where something switches it off at night."""
    requests: float = Field(default=1_000_000, ge=0)
    """That reach a Cdn, a Gateway, a public Service or an ObjectStore."""
    gb_out: float = Field(default=50, ge=0)
    """GB that leave for the internet, of what reaches visitors: a Cdn, a Gateway, a public Service, an ObjectStore, a
    machine of the user's own with a public address."""
    cached: float = Field(default=0.8, ge=0, le=1)
    """The share of requests and GB that a Cdn answers by itself."""
    gb_nat: float = Field(default=10, ge=0)
    """GB that a network's private parts send out through its NAT."""
    stored_gb: float = Field(default=20, ge=0)
    """GB in an ObjectStore, a volume without a size of its own, or a Backup's vault, of each kind that is copied."""
    log_gb: float = Field(default=1, ge=0)
    """GB of logs that one component writes."""
    messages: float = Field(default=1_000_000, ge=0)
    """That an EventBus takes in."""
    mails: float = Field(default=10_000, ge=0)
    """That a Mailer sends."""
    people: float = Field(default=1_000, ge=0)
    """That log in to an Auth in a month."""
    instances: float | None = Field(default=None, ge=0)
    """Of a Service or Worker, in the mean. Default: the least it may have."""
    run_minutes: float = Field(default=5, ge=0)
    """That one run of a Job takes."""
    runs: float | None = Field(default=None, ge=0)
    """Of a Job. Default: by its schedule; 4 where it has none (one release a week)."""
    users: float | None = Field(default=None, gt=0)
    """Who use the whole product, said of `*`: no price goes by it, the bill says what one of them costs."""
    backup_gb: float = Field(default=0, ge=0)
    """GB of backups and snapshots beyond those that the vendor includes (mostly as many as the data itself)."""
    commitment: Literal["none", "1y", "3y"] = "none"
    """For how long its machines are committed to, with nothing paid up front: reserved, a savings plan, committed use.
    Where the price book has no such price, the item is unpriced."""
    spot: float = Field(default=0, ge=0, le=1)
    """The share of its instances that are spot, which the vendor may take back; a commitment is for the others.
    Where the program says itself which are, that holds."""


UNITS: Mapping[str, str] = {
    "hours": "a month", "requests": "a month", "gb_out": "GB a month", "cached": "of 1", "gb_nat": "GB a month",
    "stored_gb": "GB", "log_gb": "GB a month", "messages": "a month", "mails": "a month", "people": "a month",
    "instances": "in the mean", "run_minutes": "min a run", "runs": "a month", "users": "in all", "backup_gb": "GB",
    "commitment": "", "spot": "of 1",
}  # fmt: skip
"""By field, what its figure counts."""


def read(values: object, components: Collection[str]) -> dict[str, Usage]:
    """The usage of each component: its own over that of `*` over the defaults; by `OTHERS`, that of `*`.

    Args:
        values: `infra-kit:usage`, by component or `*`: `{edge: {requests: 20000000, gb_out: 300}}`.
        components: the names that the stack has.

    Raises:
        ConfigError: it names the key, what was given, what is allowed.
    """
    if not isinstance(values, Mapping):
        raise ConfigError(
            f"infra-kit:usage: given {values!r}, a mapping by component or {ALL!r} is needed, e.g. "
            f"{{{ALL!r}: {{requests: 2000000}}}}."
        )
    for name, each in values.items():
        if name != ALL and name not in components:
            raise ConfigError(
                f"infra-kit:usage: {name}: this stack has no component of that name. There is: "
                f"{', '.join(sorted(components)) or 'none'}; {ALL!r} means all."
            )
        if not isinstance(each, Mapping):
            raise ConfigError(
                f"infra-kit:usage: {name}: given {each!r}, a mapping is needed, e.g. {{requests: 2000000}}."
            )
    common = values.get(ALL, {})
    return {name: _usage(name, {**common, **values.get(name, {})}) for name in (*components, OTHERS)}


def _usage(name: str, values: Mapping[str, Any]) -> Usage:
    try:
        return Usage.model_validate(dict(values))
    except ValidationError as invalid:
        raise ConfigError(f"infra-kit:usage: {name or ALL}: {problems(Usage, invalid)}.") from None
