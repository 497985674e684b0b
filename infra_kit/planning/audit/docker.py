"""What may be wrong with containers."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Address, ip_address
from typing import Any

from infra_kit.planning.audit.rules import Rule, Seen, Severity
from infra_kit.planning.audit.values import mapping, mappings
from infra_kit.providers.vps import settings

_CONTAINER = ("docker:index/container:Container",)
_EDGES = {"Edge"}
_EDGE_PORTS = {80, 443}


def _published(seen: Seen) -> list[Mapping[str, Any]]:
    return [port for port in mappings(seen.inputs.get("ports")) if _is_public(str(port.get("ip") or "0.0.0.0"))]  # noqa: S104


def _is_public(address: str) -> bool:
    try:
        found = ip_address(address)
    except ValueError:
        return False  # only another stack knows it
    private = settings.is_private(found) if isinstance(found, IPv4Address) else found.is_private
    return found.is_unspecified or not (found.is_loopback or private)


def _mounts(seen: Seen) -> set[str]:
    return {str(mount.get("hostPath") or mount.get("source")) for mount in (
        *mappings(seen.inputs.get("volumes")), *mappings(seen.inputs.get("mounts"))
    )}  # fmt: skip


def _drops_all(seen: Seen) -> bool:
    drops = mapping(seen.inputs.get("capabilities")).get("drops") or ()
    return bool({"ALL", "all"} & set(drops))


_CRITICAL, _HIGH, _MEDIUM, _LOW = Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM, Severity.LOW

RULES = (
    Rule(
        "published-port", _HIGH, "a container publishes a port on a public address",
        "Docker opens it past the host's firewall (https://docs.docker.com/engine/network/packet-filtering-firewalls/)",
        "publish it on 127.0.0.1 or a private address, or leave it to the edge", _CONTAINER,
        lambda seen: any(
            not (seen.kind in _EDGES and port.get("external", port.get("internal")) in _EDGE_PORTS)
            for port in _published(seen)
        ),
    ),
    Rule(
        "privileged", _CRITICAL, "a container may do on the host what root may", "who takes it over has the host",
        "privileged: false, and the one capability that it needs", _CONTAINER,
        lambda seen: bool(seen.inputs.get("privileged")),
    ),
    Rule(
        "docker-socket", _CRITICAL, "a container has Docker's socket", "who takes it over has the host",
        "do without it",
        _CONTAINER, lambda seen: any(path.endswith("docker.sock") for path in _mounts(seen)),
    ),
    Rule(
        "host-network", _HIGH, "a container shares the host's network",
        "it reaches, and answers, all that the host does",
        "a network of its own", _CONTAINER, lambda seen: seen.inputs.get("networkMode") == "host",
    ),
    Rule(
        "capabilities", _MEDIUM, "a container keeps capabilities that it does not need", "a hole in it gets further",
        "capabilities.drops: [ALL], and add what it needs", _CONTAINER, lambda seen: not _drops_all(seen),
    ),
    Rule(
        "new-privileges", _MEDIUM, "a program in a container may gain rights", "a hole in it gets further",
        "securityOpts: [no-new-privileges]", _CONTAINER,
        lambda seen: not any("no-new-privileges" in str(each) for each in seen.inputs.get("securityOpts") or ()),
    ),
    Rule(
        "no-memory-limit", _MEDIUM, "a container may take all of the host's memory", "one leak takes everything down",
        "memory: 512", _CONTAINER,
        lambda seen: not seen.inputs.get("memory") and seen.inputs.get("mustRun") is not False,
    ),
)  # fmt: skip
