"""What a Panel is told of the components that it shows, on every target: from their endpoints."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any
from urllib.parse import urlsplit

import pulumi

from infra_kit.component import Component, Scope
from infra_kit.components.panel import PanelSpec

CREDENTIALS = ("password", "secret_key", "value")
"""The fields of endpoints that are secret by themselves."""
USERS = ("username", "access_key")


def facts(
    scope: Scope, spec: PanelSpec, versions: Mapping[str, str], private: Collection[str] = ()
) -> Mapping[str, Any]:
    """What `infra_kit.panel.facts.Facts` reads. None of it is secret.

    Args:
        scope, spec: of the Panel.
        versions: of what runs, by component.
        private: the types whose addresses no browser reaches: `infra-kit connect` leads there.
    """
    return {
        "app": scope.target.app,
        "stack": pulumi.get_stack(),
        "environment": scope.environment.value,
        "target": scope.target.name,
        "parts": [_part(component, versions[component.name], private) for component in spec.of],
        "links": dict(spec.links),
    }


def credentials(component: Component[Any, Any]) -> Mapping[str, pulumi.Output[str]]:
    """What is secret of a component, by its name."""
    return {field: getattr(component.endpoint, field) for field in CREDENTIALS if hasattr(component.endpoint, field)}


def tag(image: str) -> str:
    """Of an image; empty for one without, or by its digest."""
    return image.rpartition(":")[2] if ":" in image.rpartition("/")[2] and "@" not in image else ""


def _part(component: Component[Any, Any], version: str, private: Collection[str]) -> dict[str, Any]:
    endpoint, kind = component.endpoint, type(component).__name__
    address, hidden = _address(endpoint), kind in private
    return {
        "name": component.name,
        "kind": kind,
        "version": version,
        "address": address,
        "url": "" if hidden else _page(endpoint),
        "way": f"infra-kit connect {component.name}" if hidden and address else "",
        "username": _user(endpoint),
        "credentials": _named(component),
    }


def _user(endpoint: Any) -> pulumi.Input[str]:
    known: list[pulumi.Output[str | None]] = [getattr(endpoint, field) for field in USERS if hasattr(endpoint, field)]
    return known[0].apply(lambda name: name or "") if known else ""


def _named(component: Component[Any, Any]) -> pulumi.Input[list[str]]:
    """Those that there are: a page that asks for no password has None. That much is no secret."""
    known = credentials(component)
    if not known:
        return []
    given = pulumi.Output.all(**known).apply(lambda them: [name for name, value in them.items() if value])
    return pulumi.Output.unsecret(given)


def _address(endpoint: Any) -> pulumi.Input[str]:
    if hasattr(endpoint, "host"):
        return pulumi.Output.all(endpoint.host, endpoint.port).apply(lambda it: f"{it[0]}:{int(it[1])}")
    if hasattr(endpoint, "s3_endpoint"):
        there: pulumi.Output[str] = endpoint.s3_endpoint.apply(lambda url: urlsplit(url).netloc)
        return there
    return _page(endpoint, lambda url: urlsplit(url).netloc)


def _page(endpoint: Any, shown: Callable[[str], str] = str) -> pulumi.Input[str]:
    """The address that a browser opens: none of a URL that holds a password, nor of a file."""
    if not hasattr(endpoint, "url") or (hasattr(endpoint, "host") and hasattr(endpoint, "password")):
        return ""
    url: pulumi.Output[str] = endpoint.url
    return url.apply(lambda known: shown(known) if known.startswith(("http://", "https://")) else "")
