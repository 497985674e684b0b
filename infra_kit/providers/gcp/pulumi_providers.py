"""The Pulumi provider of a Google Cloud target: made where the target says a region or a project."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

import pulumi
import pulumi_gcp as gcp
from pulumi.runtime.config import CONFIG, get_config_env, is_config_secret

from infra_kit.errors import ConfigError
from infra_kit.providers.gcp.settings import GcpSettings

if TYPE_CHECKING:
    from infra_kit.target import ResolvedTarget

NAMESPACE = "gcp"
FILES = frozenset({"credentials"})
"""What may be a file's text: JSON, and taken as it is."""
STRUCTURED = re.compile(r"\s*[\[{]|(true|false)\Z")
OPTIONS = frozenset(inspect.signature(gcp.ProviderArgs).parameters)


def create(target: ResolvedTarget) -> Sequence[pulumi.ProviderResource]:
    """It heeds all that the stack tells Pulumi's own (`gcp:*`: whom to impersonate, say); what the target says comes
    before. Raises `ConfigError` for a key that it has no option for."""
    project = cast(GcpSettings, target.settings).project
    if target.region is None and project is None:
        return ()
    said = {"project": project, "region": target.region}
    options = {
        # Labels are what the scope says: `managed-by` is among them already.
        "add_pulumi_attribution_label": False,
        **_stacks_own(),
        **{key: value for key, value in said.items() if value is not None},
    }
    return (gcp.Provider(f"{target.key}-provider", **options),)


def _stacks_own() -> Mapping[str, Any]:
    """What the stack's configuration says under `gcp:`, as the provider takes it."""
    keys = (key.partition(":") for key in {**get_config_env(), **CONFIG.get()})
    return {_option(name): _value(name) for namespace, _, name in keys if namespace == NAMESPACE}


def _option(key: str) -> str:
    """`impersonateServiceAccount` as the SDK calls it."""
    option = re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", key).lower()
    if option not in OPTIONS:
        raise ConfigError(
            f"{NAMESPACE}:{key}: at most Pulumi's own provider heeds this, and the target's region or project needs "
            "another one, which has no such option. Take it out, say them as gcp:region and gcp:project instead, or "
            "give components a provider of your own (opts=pulumi.ResourceOptions(provider=…))."
        )
    return option


def _value(key: str) -> Any:
    """Text, or what its JSON says where that is a list, a mapping or a truth value; a secret stays one."""
    text = pulumi.Config(NAMESPACE).require(key)
    is_text = key in FILES or not STRUCTURED.match(text)
    value = text if is_text else json.loads(text)
    return pulumi.Output.secret(value) if is_config_secret(f"{NAMESPACE}:{key}") else value
