"""What `infra-kit connect` needs on Google Cloud: a virtual machine that it makes in the network, and deletes when it
is done.

Made only where the settings say `connect: true`: a template of the machine, and rules of the firewall. Nothing runs or
costs until whoever may make a machine (Compute Instance Admin), reach it through IAP (IAP-secured Tunnel User) and log
into it (Compute OS Login) does so. It has no address, no account and no way out: it reaches stores on their ports, and
is reached by IAP alone, at SSH (https://cloud.google.com/iap/docs/using-tcp-forwarding). It is deleted by itself after
`LONGEST_HOURS`.

Why not the Cloud SQL Auth Proxy: it authenticates, but makes no way; a private address is reached from inside of the
network only (https://cloud.google.com/sql/docs/postgres/connect-auth-proxy), and Memorystore has none. Why not IAP's
destination groups, which take an address: they lead to what is in the network itself, and Google's services stand in
another, behind a peering (https://cloud.google.com/iap/docs/tcp-by-host). Why not a machine that stays: it would be
patched and paid for between two uses.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

import pulumi
import pulumi_random as random
from pulumi_gcp import compute

from infra_kit.component import Scope
from infra_kit.features import Feature
from infra_kit.providers.common import network_parts
from infra_kit.providers.common.network_parts import NetworkPart
from infra_kit.providers.gcp import firewall
from infra_kit.providers.gcp.apis import api
from infra_kit.providers.gcp.grants import Destination
from infra_kit.providers.gcp.labels import labels
from infra_kit.providers.gcp.network import GcpNetwork
from infra_kit.providers.gcp.place import project, region
from infra_kit.providers.gcp.settings import GcpSettings
from infra_kit.spec import Spec

SUPPORTS: frozenset[Feature] = frozenset()

LONGEST_HOURS = 8
"""What is forgotten goes then."""
IAP = "35.235.240.0/20"
"""Where IAP comes from (https://cloud.google.com/iap/docs/using-tcp-forwarding#create-firewall-rule)."""
SSH = 22
MACHINE, IMAGE = "e2-micro", "projects/debian-cloud/global/images/family/debian-12"
"""The smallest machine, and an image that has sshd and Google's agent, by which accounts of OS Login log in."""
SHIELDED = {"enable_secure_boot": True, "enable_vtpm": True, "enable_integrity_monitoring": True}
METADATA = {"enable-oslogin": "TRUE", "block-project-ssh-keys": "TRUE", "serial-port-enable": "FALSE"}
SUFFIX_BYTES = 3


class TunnelSpec(Spec):
    """Nothing: where it leads is said when it is opened."""


@dataclass(frozen=True, kw_only=True)
class TunnelEndpoint:
    """What makes the machine; `tunnels.py` reads it from the state."""

    template: pulumi.Output[str]
    tag: pulumi.Output[str]
    """The machine's, for the firewall."""
    project: pulumi.Output[str]
    region: pulumi.Output[str]
    native: object = None


class Tunnel(NetworkPart[TunnelSpec, TunnelEndpoint]):
    """The way into a network from outside."""

    KIND = "tunnel"
    SPEC = TunnelSpec


def let_in(scope: Scope, destination: Destination) -> None:
    """Has the tunnel of a component's network reach it, where there is to be one."""
    if cast(GcpSettings, scope.target.settings).connect:
        there = network_parts.of(scope, Tunnel, Tunnel.KIND).endpoint
        firewall.reaches(scope, "reached-by-tunnel", there.tag, destination)


def create(scope: Scope, spec: TunnelSpec) -> TunnelEndpoint:  # noqa: ARG001  every driver's form
    mark = scope.resource("tag-id", random.RandomId, byte_length=SUFFIX_BYTES, prefix="tunnel-")
    firewall.rule(
        scope,
        "ingress-iap",
        mark.hex,
        "INGRESS",
        priority=firewall.ALLOW,
        source_ranges=[IAP],
        allows=[{"protocol": "tcp", "ports": [str(SSH)]}],
    )
    everywhere, nothing = ["0.0.0.0/0"], [{"protocol": "all"}]
    firewall.rule(scope, "deny-egress", mark.hex, priority=firewall.DENY, destination_ranges=everywhere, denies=nothing)
    template = _template(scope, mark.hex)
    return TunnelEndpoint(template=template.name, tag=mark.hex, project=project(scope), region=region(scope))


def _template(scope: Scope, tag: pulumi.Output[str]) -> compute.InstanceTemplate:
    network = scope.native(scope.network, GcpNetwork)
    return scope.resource(
        "machine",
        compute.InstanceTemplate,
        depends_on=[api(scope, "compute"), api(scope, "iap")],
        machine_type=MACHINE,
        disks=[{"source_image": IMAGE, "boot": True, "auto_delete": True, "disk_size_gb": 10}],
        network_interfaces=[{"subnetwork": network.named(scope, "infra-kit:gcp: connect")}],
        shielded_instance_config=SHIELDED,
        metadata=METADATA,
        scheduling={
            "automatic_restart": False,
            "max_run_duration": {"seconds": LONGEST_HOURS * 3600},
            "instance_termination_action": "DELETE",
        },
        tags=[tag],
        labels=labels(scope),
    )
