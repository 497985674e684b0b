"""The options of AWS that a stack sets under `infra-kit:aws`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, Field

from infra_kit.settings import Settings
from infra_kit.spec import Items
from infra_kit.texts import once


def _letter(zone: str) -> str:
    if zone not in tuple("abcdefgh"):
        raise ValueError("a letter from a to h is needed, e.g. 'a'")
    return zone


class AwsSettings(Settings):
    profile: str | None = None
    """The named profile of the AWS configuration. Default: Pulumi's own (`aws:profile`, the environment)."""
    zones: Annotated[Items[Annotated[str, AfterValidator(_letter)]], AfterValidator(once)] = Field(
        default=("a", "b", "c", "d", "e", "f"), min_length=1
    )
    """The letters of the availability zones to use, in this order. They are said, not looked up: a zone that opens or
    closes for new customers must not move what stands. A preview says where an account lacks one: name others then."""
    connect: bool = False
    """Make what `infra-kit connect` needs to lead from outside to what is private: see `tunnel.py`. It costs nothing
    while nobody connects."""
    cost_tags: bool = False
    """Whether the account's billing knows `app` as a cost allocation tag: a `Budget` then counts only what carries this
    product's. Default: no, a `Budget` counts the whole account."""
    detection: bool = False
    """Have GuardDuty and Security Hub watch the account, in each region that a network of the stack's is in: see
    `detection.py`. Both are an account's and a region's: say it in one stack of an account."""
    hosted_zones: Mapping[str, str] = Field(default_factory=dict)
    """The Route 53 hosted zones in which a Cdn or a Gateway may make records without being given a `Domain`, each id by
    its domain: `{"example.com": "Z0123456789ABCDEFGHIJ"}`. For names in no zone, `up` says which records are needed."""
