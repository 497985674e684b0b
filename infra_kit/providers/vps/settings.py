"""The options of a VPS that a stack sets under `infra-kit:vps`: one target is one Docker host."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network
from typing import Annotated

import pulumi
from pydantic import AfterValidator, ConfigDict, Field, SecretStr, model_validator

from infra_kit.alert_rules import Email
from infra_kit.components.network import PRIVATE
from infra_kit.providers.common.relay import Host, Relay
from infra_kit.settings import Settings
from infra_kit.spec import Options
from infra_kit.texts import matching

Https = Annotated[
    str,
    matching(
        r"https://[A-Za-z0-9][A-Za-z0-9.-]*(:\d+)?",
        "an address that begins with https:// and has no path is needed",
    ),
]
Directory = Annotated[
    str,
    matching(
        r"https://[A-Za-z0-9][A-Za-z0-9.-]*(:\d+)?/[A-Za-z0-9._~/-]*",
        "the https:// address of an authority's ACME directory is needed",
    ),
]
HostKey = Annotated[
    str,
    matching(
        r"(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(256|384|521)) [A-Za-z0-9+/]+={0,2}",
        "the host's public key is needed, as `ssh-keyscan -t ed25519 <host>` prints it without the host's name: "
        "'ssh-ed25519 AAAA…'. Compare it with what the provider's console shows",
    ),
]
Offer = Annotated[
    str,
    matching(
        r"[a-z0-9-]+/[a-z0-9._-]+", "a vendor and its name of what is rented there are needed, e.g. 'hetzner/cx33'"
    ),
]
User = Annotated[str, matching(r"[a-z_][a-z0-9_-]*", "a user's name of the host is needed, e.g. 'deploy'")]


SHARED = IPv4Network("100.64.0.0/10")
"""Of carriers (RFC 6598), and of overlays such as Tailscale (https://tailscale.com/kb/1015/100.x-addresses)."""


def is_private(address: IPv4Address) -> bool:
    return any(address in network for network in (*PRIVATE, SHARED))


def _private(text: str) -> str:
    if not is_private(IPv4Address(text)):
        ranges = ", ".join(str(network) for network in (*PRIVATE, SHARED))
        raise ValueError(
            f"an address of a private network is needed ({ranges}), e.g. '10.0.0.2': nothing else may reach the data"
        )
    return text


class BackupStore(Options):
    """An object store away from this host, which speaks S3: database backups go there, encrypted before they leave."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    endpoint: Https
    """E.g. `https://s3.eu-central-1.amazonaws.com`."""
    bucket: str = Field(min_length=3, max_length=63)
    region: str = "us-east-1"
    """Default: what stores without regions expect."""
    access_key: str
    secret_key: SecretStr | pulumi.Output[str]
    """In a stack's file a secure value: `pulumi config set --secret --path 'infra-kit:vps.backups.secret_key'`. Kept
    from every message; secret in the state."""
    passphrase: SecretStr | pulumi.Output[str]
    """Encrypts the backups before they leave. Keep a copy elsewhere: without it none can be read."""


class Smtp(Relay):
    """The mail server by which alerts go out, and what a Mailer sends."""

    sender: Email
    """Whom alerts are from."""


class HostSize(Options):
    """What the host has, as its provider's page says it."""

    cpu: float = Field(gt=0)
    """Virtual CPUs: no container may use more."""
    memory_gb: float = Field(gt=0)
    """Memory in GiB: the limits of all containers together stay within it."""
    disk_gb: float = Field(gt=0)
    """Disk in GiB: `storage_gb` of all databases and copies, and `max_size_gb` of all streams, stay within it."""
    dedicated_cpu: bool = False
    """Whether its CPUs are its own: only then `dedicated_cpu=True` can be asked of what runs here."""


class VpsSettings(Settings):
    host: Host = Field(examples=["203.0.113.10"])
    """Its name or address, as SSH reaches it."""
    host_key: HostKey = Field(examples=["ssh-ed25519 " + "A" * 68])
    """Its public SSH key, e.g. `ssh-ed25519 AAAA…`: no other host is ever spoken to."""
    user: User = "root"
    """Who logs in: root, or one who may use Docker (and sudo, for the bootstrap)."""
    port: int = Field(default=22, ge=1, le=65_535)
    key_file: str | None = None
    """The file of the private SSH key; the key itself is never read here. Default: what SSH finds (agent, ~/.ssh)."""
    private_address: Annotated[str, AfterValidator(_private)] | None = None
    """This host's address in a private network that several hosts share (the provider's, or WireGuard, which encrypts
    too). Default: none, what runs here is reached from this host only."""
    private_ports: dict[str, int] = Field(default_factory=dict)
    """By the name of a component (`db`, or one of its parts: `db-pooler`, `db-replica-1`), the port at which it is
    published on `private_address`, for the other hosts. What is not named is not published."""
    acme_email: str | None = None
    """Where Let's Encrypt writes to about the edge's certificates."""
    acme_directory: Directory | None = None
    """The authority that certificates come from, by its ACME directory. To try things without limits, Let's Encrypt's
    `https://acme-staging-v02.api.letsencrypt.org/directory`, which no browser trusts. Default: Let's Encrypt, and
    ZeroSSL where that fails."""
    bootstrap: bool = True
    """Prepare the host first: Docker, updates, firewall, swap, fail2ban. False: it is prepared already."""
    size: HostSize | None = None
    """Checked against what is asked of the host, in every plan. Default: unknown; what does not fit shows when it is
    made."""
    offer: Offer | None = None
    """What is rented, by its vendor and the vendor's name for it: `hetzner/cx33`. `infra-kit cost` counts its price.
    Default: the cheapest that has `size`, or else room for what runs here; what was assumed is told."""
    backups: BackupStore | None = Field(
        default=None, examples=[{"endpoint": "https://s3.example", "bucket": "backups", "access_key": "EXAMPLE"}]
    )
    """Where database backups go. Without it no database that is to be backed up is made here."""
    smtp: Smtp | None = Field(
        default=None, examples=[{"host": "smtp.example", "sender": "alerts@shop.example", "username": "EXAMPLE"}]
    )
    """By what alerts are told by e-mail, and a Mailer sends. Without it neither does."""

    @property
    def alone(self) -> str:
        """A host has one edge, one firewall, one owner."""
        return f"the host {self.host} (port {self.port})"

    @model_validator(mode="after")
    def _check(self) -> VpsSettings:
        if self.private_ports and not self.private_address:
            raise ValueError("private_ports: there is no private_address to publish them on; say it too")
        if len(set(self.private_ports.values())) != len(self.private_ports):
            raise ValueError(f"private_ports: one port is given twice in {self.private_ports}")
        return self
