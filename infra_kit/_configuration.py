"""The `infra-kit:` keys of a stack's configuration, checked as they are read."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from difflib import get_close_matches
from typing import Any

import pulumi
from pulumi.runtime.config import CONFIG, get_config_env

from infra_kit.environments import Environment
from infra_kit.errors import ConfigError

NAMESPACE = "infra-kit"
KEYS = frozenset(
    {
        "target", "environment", "app", "region", "tags", "accepted-gaps", "placements", "phase", "system", "release",
        "backup-first", "usage", "currency", "accepted-lock-in", "accepted-findings",
    }
)  # fmt: skip
"""All but the providers' settings, which stand under their target's name. In the last line, what no program reads:
`infra-kit up` and the planner do."""
HIDDEN = "[secret]"
"""While a stack is planned, in place of a value that only its passphrase opens, or that its owner has yet to set."""


class MadeUp(str):
    """While a stack is planned, a text in place of what only another stack knows: of whatever form it has to be."""

    __slots__ = ()


def read() -> pulumi.Config:
    return pulumi.Config(NAMESPACE)


def unknown_keys(known: Collection[str]) -> list[str]:
    """The keys of ours that are set and mean nothing. A project that is itself called `infra-kit` has its own there."""
    if pulumi.get_project() == NAMESPACE:
        return []
    keys = (key.partition(":") for key in {**get_config_env(), **CONFIG.get()})
    return sorted(name for namespace, _, name in keys if namespace == NAMESPACE and name not in known)


def refuse_key(key: str, known: Collection[str]) -> ConfigError:
    near = get_close_matches(key, known, n=1)
    hint = f" Did you mean {NAMESPACE}:{near[0]}?" if near else ""
    return ConfigError(f"{NAMESPACE}:{key}: nothing reads this key.{hint} Keys: {', '.join(sorted(known))}.")


def says_environment() -> bool:
    """Whether what the stack is for is known without a target's name."""
    config = read()
    return bool(config.get("environment")) or (config.get("target") or "local") == "local"


def environment(target: str) -> Environment:
    """What the stack is for. Only on local it need not be said."""
    given = read().get("environment")
    allowed = ", ".join(Environment)
    if given is None and target != "local":
        raise ConfigError(
            f"infra-kit:environment is not set, and the target is {target!r}. Set it to one of {allowed}: "
            "it decides what is protected and backed up."
        )
    try:
        return Environment(given or Environment.DEVELOPMENT)
    except ValueError:
        raise ConfigError(f"infra-kit:environment: given {given!r}, allowed: {allowed}.") from None


def accepted_gaps() -> dict[str, tuple[str, ...]]:
    given = mapping("accepted-gaps")
    for component, gaps in given.items():
        if not isinstance(gaps, list):
            raise ConfigError(
                f"infra-kit:accepted-gaps: {component}: given {gaps!r}, a list of features is needed, e.g. [{gaps}]."
            )
    return {component: tuple(gaps) for component, gaps in given.items()}


def placements() -> Mapping[str, str]:
    """By component's name, the target that it is placed on, where that is not the stack's own."""
    given = mapping("placements")
    for component, target in given.items():
        if not isinstance(target, str):
            raise ConfigError(f"infra-kit:placements: {component}: given {target!r}, the name of a target is needed.")
    return given


def mapping(key: str) -> Mapping[str, Any]:
    """The mapping under a key of ours; empty where it is not set."""
    try:
        value = read().get_object(key) or {}
    except pulumi.ConfigTypeError:
        value = read().get(key)
    if not isinstance(value, dict):
        raise ConfigError(f"infra-kit:{key}: given {value!r}, a mapping is needed.")
    return value
