"""What a recorded program (`infra_kit.testing`) gets from Docker: what only the host's daemon knows."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from hashlib import sha256
from ipaddress import ip_address
from typing import Any

EVERYWHERE = "0.0.0.0"  # noqa: S104  where Docker publishes what names no address


def _image(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """An image's id is a digest of its own, of its configuration."""
    name, _, digest = str(inputs["name"]).partition("@")
    identity = f"sha256:{sha256(name.encode()).hexdigest()}"
    return {"imageId": identity, "repoDigest": f"{name.rpartition(':')[0]}@{digest}"}


def _named(inputs: Mapping[str, Any]) -> dict[str, Any]:
    return {"name": inputs.get("name") or inputs["urn"].rpartition("::")[2]}


def _volume(inputs: Mapping[str, Any]) -> dict[str, Any]:
    named = _named(inputs)
    return {**named, "mountpoint": f"/var/lib/docker/volumes/{named['name']}/_data"}


def _container(inputs: Mapping[str, Any]) -> dict[str, Any]:
    return {"name": inputs.get("name") or inputs.get("hostname", "recorded")}


def _command(inputs: Mapping[str, Any]) -> dict[str, Any]:
    """One that builds an image prints its id."""
    identity = f"sha256:{sha256(str(inputs.get('stdin')).encode()).hexdigest()}\n"
    return {"stdout": identity if "docker build" in str(inputs.get("create")) else "", "stderr": ""}


OUTPUTS = {
    "docker:index/container:Container": _container,
    "docker:index/remoteImage:RemoteImage": _image,
    "docker:index/network:Network": _named,
    "docker:index/volume:Volume": _volume,
    "command:local:Command": _command,
}
CALLS: dict[str, Mapping[str, Any]] = {}


def _publishes(inputs: Mapping[str, Any]) -> bool:
    """Docker opens the host's firewall for what it publishes on an address that is not private."""
    addresses = [ip_address(port.get("ip") or EVERYWHERE) for port in inputs.get("ports", ())]
    return inputs.get("networkMode") == "host" or any(a.is_unspecified or a.is_global for a in addresses)


OPEN: Mapping[str, Callable[[Mapping[str, Any]], bool]] = {"docker:index/container:Container": _publishes}
"""By type, whether what has these inputs is open to the internet."""


def _stands_among_stores(inputs: Mapping[str, Any]) -> bool:
    """In the network of all stores, and in one of its own: a store has none, others reach it by the links' networks."""
    networks = [it["name"] for it in inputs.get("networksAdvanced", ())]
    return any(it.endswith("-data") for it in networks) and not all(it.endswith(("-data", "-hosts")) for it in networks)


WIDE: Mapping[str, Callable[[Mapping[str, Any]], bool]] = {"docker:index/container:Container": _stands_among_stores}
"""By type, whether what has these inputs is a way to more than what is linked."""
