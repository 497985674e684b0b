"""The machines of an EventBus of NATS: for each zone a network interface, a volume, and the machine that has both."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, Any

import pulumi
from pulumi_aws import ebs, ec2, iam, servicediscovery, vpc

from infra_kit.component import Scope
from infra_kit.components.event_bus import EventBusSpec
from infra_kit.naming import child
from infra_kit.providers.aws import cluster, identity, policies, security
from infra_kit.providers.aws.network import ANYWHERE, AwsNetwork
from infra_kit.providers.aws.stored_secrets import Reference
from infra_kit.providers.common import nats, nats_cluster
from infra_kit.providers.common.nats_cluster import ROUTES
from infra_kit.providers.common.sizes import Size
from infra_kit.providers.common.waiting import after

if TYPE_CHECKING:
    from infra_kit.providers.aws.event_bus_setup import Setup

IMAGE = f"public.ecr.aws/docker/library/nats@sha256:{nats.IMAGE_SHA256}"
SYSTEM = "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64"
"""The newest image of Amazon Linux 2023 at the moment when a machine is made
(https://docs.aws.amazon.com/linux/al2023/ug/ec2.html, https://docs.aws.amazon.com/autoscaling/ec2/userguide/
using-systems-manager-parameters.html)."""
ROOT_GB = 8
NAME_SECONDS = 10
HTTPS = 443
DEVICE = "/dev/sdf"
"""What the volume is attached as; the machine finds it by its id, which Nitro's disks carry as their serial number
(https://docs.aws.amazon.com/ebs/latest/userguide/identify-nvme-ebs-device.html)."""


@dataclass(frozen=True, kw_only=True)
class Bus:
    """What stays when machines are replaced. The mappings are keyed by zone."""

    host: pulumi.Output[str]
    """The name of all servers together."""
    hosts: Mapping[str, pulumi.Output[str]]
    interfaces: Mapping[str, ec2.NetworkInterface]
    zones: Mapping[str, pulumi.Output[str]]
    """The zones' names: of `a`, e.g. `eu-west-1a`."""
    key: pulumi.Output[str] | None
    needs: Sequence[pulumi.Resource]
    """What must stand before a machine starts."""

    def server(self, zone: str) -> pulumi.Output[str]:
        """What NATS calls a server, and knows it by among the others: of its address, for that outlives a component's
        name."""
        return self.hosts[zone].apply(lambda host: host.partition(".")[0])


def bus(
    scope: Scope,
    network: AwsNetwork,
    zones: Sequence[str],
    *,
    group: pulumi.Output[str],
    key: pulumi.Output[str] | None,
) -> Bus:
    ways = _ways(scope, group)
    interfaces = {
        zone: scope.resource(
            f"interface-{zone}",
            ec2.NetworkInterface,
            subnet_id=network.subnets["private"][zone],
            security_groups=[group],
            description=f"Server {zone} of {security.about(scope)}",
            tags=scope.tags,
        )
        for zone in zones
    }
    whole = _name(scope, "name", nats.SERVICE, interfaces)
    own = {zone: _name(scope, f"name-{zone}", f"{nats.SERVICE}-{zone}", {zone: interfaces[zone]}) for zone in zones}
    return Bus(
        host=whole,
        hosts=own,
        interfaces=interfaces,
        zones={zone: _zone(scope, network, zone) for zone in zones},
        key=key,
        needs=ways,
    )


def _zone(scope: Scope, network: AwsNetwork, zone: str) -> pulumi.Output[str]:
    if zone in network.zones:
        return network.zones[zone]
    return ec2.get_subnet_output(id=network.subnets["private"][zone], opts=scope.invoke).availability_zone


def _ways(scope: Scope, group: pulumi.Output[str]) -> list[pulumi.Resource]:
    """The servers reach each other, and by HTTPS what they read from outside."""
    between = security.let_in(scope, "ingress-routes", group, ROUTES, referenced_security_group_id=group)
    to: dict[str, dict[str, Any]] = {
        "routes": {"referenced_security_group_id": group, "from_port": ROUTES, "to_port": ROUTES},
        "https": {"cidr_ipv4": ANYWHERE, "from_port": HTTPS, "to_port": HTTPS},
    }
    out = [
        scope.resource(
            f"egress-{name}",
            vpc.SecurityGroupEgressRule,
            security_group_id=group,
            description=f"From {security.about(scope)}",
            ip_protocol="tcp",
            tags=scope.tags,
            **way,
        )
        for name, way in to.items()
    ]
    return [between, *out]


def _name(scope: Scope, role: str, ending: str, interfaces: Mapping[str, ec2.NetworkInterface]) -> pulumi.Output[str]:
    """A name in the network for some servers, once it leads there."""
    namespace = cluster.of(scope).namespace
    service = scope.resource(
        role,
        servicediscovery.Service,
        name=child(scope.name, ending),
        ignore_changes=["name"],  # a component that is renamed keeps the name by which others call it
        namespace_id=namespace.id,
        dns_config={
            "namespace_id": namespace.id,
            "routing_policy": "MULTIVALUE",
            "dns_records": [{"type": "A", "ttl": NAME_SECONDS}],
        },
        tags=scope.tags,
    )
    leads = [
        scope.resource(
            f"{role}-is-{zone}",
            servicediscovery.Instance,
            service_id=service.id,
            instance_id=zone,
            attributes={"AWS_INSTANCE_IPV4": interface.private_ip},
        )
        for zone, interface in interfaces.items()
    ]
    return after(pulumi.Output.concat(service.name, ".", namespace.name), *leads)


def volumes(scope: Scope, spec: EventBusSpec, bus: Bus) -> dict[str, ebs.Volume]:
    return {
        zone: scope.resource(
            f"volume-{zone}",
            ebs.Volume,
            stateful=True,
            retain_on_delete=True,
            availability_zone=name,
            type="gp3",
            size=nats_cluster.volume_gb(spec),
            encrypted=True,
            kms_key_id=bus.key,
            # EBS encrypts no volume anew: with another key it would be another, empty one.
            ignore_changes=["kmsKeyId"],
            tags={**scope.tags, "Name": child(scope.name, zone)},
        )
        for zone, name in bus.zones.items()
    }


def machines(
    scope: Scope,
    bus: Bus,
    kept: Mapping[str, ebs.Volume],
    *,
    size: Size,
    secret: Reference,
    setup: Setup,
) -> list[pulumi.Resource]:
    """What tells that their servers are well. One after the other: see `event_bus_setup`."""
    profile = _profile(scope, secret)
    templates = {zone: _template(scope, bus, zone, volume, size=size, secret=secret) for zone, volume in kept.items()}
    well = setup.well(list(templates.values()))
    before: Sequence[pulumi.Resource] = [well, *bus.needs]
    joined = list[pulumi.Resource]()
    for zone, volume in kept.items():
        made = _machine(scope, bus, zone, templates[zone], profile=profile, before=before)
        attached = scope.resource(
            f"attachment-{zone}",
            ec2.VolumeAttachment,
            device_name=DEVICE,
            instance_id=made.id,
            volume_id=volume.id,
            # The server writes what it has, and closes its files.
            stop_instance_before_detaching=True,
            delete_before_replace=True,
        )
        joined.append(setup.join(zone, bus.server(zone), well=well, machine=made.id, after=attached))
        before = joined[-1:]
    return joined


def _machine(
    scope: Scope,
    bus: Bus,
    zone: str,
    template: ec2.LaunchTemplate,
    *,
    profile: pulumi.Output[str],
    before: Sequence[pulumi.Resource],
) -> ec2.Instance:
    """Its interface and its volume can be with one machine alone."""
    return scope.resource(
        f"server-{zone}",
        ec2.Instance,
        launch_template={"id": template.id, "version": template.latest_version.apply(str)},
        # A template's next version is known when it is made: a plan says before that the machine is replaced.
        replace_on_changes=["launchTemplate"],
        delete_before_replace=True,
        depends_on=before,
        primary_network_interface={"network_interface_id": bus.interfaces[zone].id},
        iam_instance_profile=profile,
        metadata_options=METADATA,
        ebs_optimized=True,
        monitoring=scope.defaults.monitoring,
        disable_api_termination=False,
        tags={**scope.tags, "Name": child(scope.name, zone)},
    )


METADATA = {"http_endpoint": "enabled", "http_tokens": "required", "http_put_response_hop_limit": 1}
"""By a token alone. NATS's container is in the host's network, so it can have one too: the role reads nothing but the
settings that it has anyway, and tells figures."""


def _template(
    scope: Scope, bus: Bus, zone: str, volume: ebs.Volume, *, size: Size, secret: Reference
) -> ec2.LaunchTemplate:
    root = {"volume_size": ROOT_GB, "volume_type": "gp3", "encrypted": "true", "kms_key_id": bus.key}
    return scope.resource(
        f"template-{zone}",
        ec2.LaunchTemplate,
        image_id=SYSTEM,
        instance_type=size.name,
        block_device_mappings=[{"device_name": "/dev/xvda", "ebs": root}],
        metadata_options=METADATA,
        user_data=_script(scope, bus, zone, volume, secret).apply(_base64),
        # Part of a version: another name of the component would replace the machines.
        description=f"Server {zone} of NATS",
        tags=scope.tags,
    )


def _script(scope: Scope, bus: Bus, zone: str, volume: ebs.Volume, secret: Reference) -> pulumi.Output[str]:
    disk = volume.id.apply(lambda known: known.replace("-", ""))
    variables: dict[str, pulumi.Input[str]] = {
        "DEVICE": pulumi.Output.concat("/dev/disk/by-id/nvme-Amazon_Elastic_Block_Store_", disk),
        # NATS takes more room only when it starts: a larger volume replaces the machines, one after the other.
        "GB": volume.size.apply(str),
        "HOST": bus.hosts[zone],
        "BUS": bus.host,
        "IMAGE": IMAGE,
        "NAME": bus.server(zone),
        "NAMESPACE": policies.NAMESPACE,
        "REGION": identity.region(scope),
        "SECRET": secret.arn,
    }
    return nats_cluster.machine(variables, resources.files(__package__).joinpath("nats_machine.sh").read_text())


def _base64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _profile(scope: Scope, secret: Reference) -> pulumi.Output[str]:
    """The machines' role reads what the servers let in, tells figures of ours, and nothing else."""
    trust = policies.trust(scope, "ec2.amazonaws.com")
    role = scope.resource("role", iam.Role, assume_role_policy=trust, tags=scope.tags)
    statements = [policies.allow(["secretsmanager:GetSecretValue"], secret.arn), policies.tell_figures()]
    if secret.key is not None:
        statements.append(policies.decrypt(secret.key, identity.region(scope), "secretsmanager"))
    rights = scope.resource("role-rights", iam.RolePolicy, role=role.id, policy=policies.document(statements))
    profile = scope.resource("profile", iam.InstanceProfile, role=role.name, tags=scope.tags)
    return after(profile.name, rights)
