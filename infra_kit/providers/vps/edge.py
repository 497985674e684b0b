"""The edge of a VPS: the one container that is reached from outside, at 80 and 443, in a Docker network of its own.

A host has one, `<target>-edge`: a component that users do not make, but whoever is to be reached asks for
(`serve`): a Cdn, a Gateway. It stands in no Network, so it serves whoever joins its own, wherever else that stands.

Why Caddy (https://caddyserver.com): it gets and renews certificates by itself, with every safeguard of ACME (renewal
information, a second authority when the first fails, no renewal storms), and takes sites over without dropping a
connection. nginx's own ACME module (https://github.com/nginx/nginx-acme) is young and has neither; Traefik finds its
sites by Docker's socket, which no container here gets. Caching and reading private buckets are nginx's, one container
a Cdn behind the edge (`cdn.py`): the keys of a bucket never stand in the process that the internet talks to.

Each site is a file of its own in the proxy's volume, brought there by whoever it belongs to, and taken away when that
goes. Certificates are in the same volume; it is kept like data, because authorities issue only so many a week
(https://letsencrypt.org/docs/rate-limits/).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import TYPE_CHECKING

import pulumi

from infra_kit.component import Component, Scope
from infra_kit.dns_records import RecordType
from infra_kit.environments import Environment
from infra_kit.errors import SpecError
from infra_kit.failover import Failover
from infra_kit.features import Feature
from infra_kit.naming import child
from infra_kit.providers.common import dns
from infra_kit.providers.common.dns import Zones
from infra_kit.providers.vps import images, ssh
from infra_kit.providers.vps.containers import FILES, Container, container, volume
from infra_kit.providers.vps.network import bridge
from infra_kit.providers.vps.run import Run
from infra_kit.providers.vps.scripts import told
from infra_kit.spec import Spec

if TYPE_CHECKING:
    from infra_kit.target import Target

SUPPORTS: frozenset[Feature] = frozenset()

USER = "1000:1000"
MEMORY_GB, CPU = 0.25, 1.0
SITES = "/data/caddy/sites"
CONFIG = f"{FILES}/Caddyfile"
HTTP, HTTPS = 80, 443
METRICS = 2020
"""Where it says what it answered, by name: never published, asked for by `monitoring.py`."""


class EdgeSpec(Spec):
    """Nothing: what it serves comes from whoever is served."""


@dataclass(frozen=True, kw_only=True)
class EdgeEndpoint:
    """How to be reached through it."""

    network: pulumi.Output[str]
    """The Docker network to join."""
    native: Proxy


@dataclass(frozen=True, kw_only=True)
class Proxy:
    name: str
    """By which it is reached in its networks."""
    container: Container
    names: dict[str, str] = field(default_factory=dict)
    """Who is served by each name."""


class Edge(Component[EdgeSpec, EdgeEndpoint]):
    """The one proxy of a host."""

    KIND = "edge"
    SPEC = EdgeSpec

    def __init__(self, name: str, *, target: Target | None = None, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, {}, target=target, overrides=None, opts=opts)


def of(scope: Scope) -> EdgeEndpoint:
    """The edge of the host that a component is on."""
    return scope.shared(Edge, Edge.KIND).endpoint


def create(scope: Scope, spec: EdgeSpec) -> EdgeEndpoint:  # noqa: ARG001  every driver's form
    network = bridge(scope, "network").name
    proxy = container(scope, "proxy", _run(scope, network))
    return EdgeEndpoint(network=network, native=Proxy(name=child(scope.name, "proxy"), container=proxy))


NO_WILDCARDS = "a wildcard's certificate takes a record in its DNS zone, which a host cannot set; name each domain"


def names(scope: Scope, domains: Sequence[str]) -> list[str]:
    """What the edge serves a component by: a name has a certificate, `http://…` has none. Without domains, the host's
    own name. Raises `SpecError` for what gets no certificate; plain HTTP is for trying things out."""
    return list(domains) or [_own_name(scope)]


def _own_name(scope: Scope) -> str:
    host = ssh.settings(scope).host
    if any(letter.isalpha() for letter in host.rpartition(".")[2]) and "." in host and ":" not in host:
        return host
    if scope.environment in {Environment.DEVELOPMENT, Environment.PREVIEW}:
        return f"http://[{host}]" if ":" in host else f"http://{host}"
    raise SpecError(
        f"{scope.what}: domains: there is none, and the host is known as {host}, which gets no certificate. "
        f"{scope.environment} has no plain HTTP: say domains=['www.example.com'], or name the host by its DNS name in "
        "infra-kit:vps: {host: …}."
    )


def url(names: Sequence[str]) -> str:
    """Where what is served by these answers."""
    return names[0] if names[0].startswith("http://") else f"https://{names[0]}"


def to(host: str, port: int) -> str:
    """The directives that bring requests to a container. One that is being replaced is waited for."""
    return f" reverse_proxy {host}:{port} {{\n  lb_try_duration 30s\n }}"


def serve(
    scope: Scope,
    names: Sequence[str],
    zones: Zones,
    caddyfile: pulumi.Input[str],
    failover: Failover | None = None,
) -> pulumi.Resource:
    """Has the edge serve a component's names; done when it does, and the names lead here.

    Args:
        scope: of the component.
        names: e.g. `www.example.com`, or `http://203.0.113.7` for one without a certificate. A certificate is got for
            each as soon as its DNS record leads to the host.
        zones: where the names may be.
        caddyfile: what is done with a request: directives of https://caddyserver.com/docs/caddyfile/directives.
        failover: see `GatewaySpec`.
    """
    proxy = of(scope).native
    for name in names:
        holder = proxy.names.setdefault(name, scope.name)
        if holder != scope.name:
            raise SpecError(
                f"{scope.what}: domains: {name} is served by {holder!r} already, and the host has one edge. Give each "
                "its own domains, or make them routes of one."
            )
    site = pulumi.Output.format("{0} {{\n{1}\n}}", ", ".join(names), caddyfile)
    inside = pulumi.Output.format("docker exec -i {0} sh -s", proxy.container.id)
    gone = ssh.inside(proxy.container.hostname, _told(scope, ""))
    known = site.apply(lambda text: _told(scope, text))
    needed = [proxy.container.ready, *_lead(scope, names, zones, failover)]
    return ssh.run(scope, "site", inside, stdin=known, delete=gone, depends_on=needed)


def _lead(scope: Scope, names: Sequence[str], zones: Zones, failover: Failover | None) -> list[pulumi.Resource]:
    """In the zones that are ours, the names lead to the host, by how it is known."""
    host = ssh.settings(scope).host
    try:
        type_: RecordType = "A" if ip_address(host).version == 4 else "AAAA"
    except ValueError:
        type_ = "CNAME"
    return dns.lead(scope, names, zones, dns.Place(type_, host, failover=failover))


def _told(scope: Scope, site: str) -> str:
    return told("site.sh", {"NAME": scope.name, "SITE": site, "SITES": SITES, "CONFIG": CONFIG})


def _run(scope: Scope, network: pulumi.Output[str]) -> Run:
    return Run(
        image=images.pull(scope, images.CADDY),
        command=["caddy", "run", "--config", CONFIG, "--adapter", "caddyfile"],
        user=USER,
        memory_gb=MEMORY_GB,
        cpu=CPU,
        environment={"GOMEMLIMIT": f"{int(MEMORY_GB * 1024 * 0.85)}MiB"},
        health=["wget", "-q", "-O", "/dev/null", "http://127.0.0.1:2019/config/"],
        networks=[network],
        files={"Caddyfile": caddyfile(ssh.settings(scope).acme_email, ssh.settings(scope).acme_directory)},
        volumes={"/data": volume(scope, "data").name},
        # The program carries this one in its file, and the kernel does not start it without.
        capabilities=("CAP_NET_BIND_SERVICE",),
        ports={HTTP: HTTP, HTTPS: HTTPS},
    )


def caddyfile(email: str | None, directory: str | None = None) -> str:
    """What all sites share. Who asks for a name that no site has gets nothing."""
    options = [
        # Reached from inside of the container only: by whoever brings a site.
        "admin 127.0.0.1:2019",
        "persist_config off",
        "grace_period 10s",
        "metrics {\n  per_host\n }",
        f"servers :{HTTPS} {{\n  protocols h1 h2\n }}",
        *([f"email {email}"] if email else []),
        *([f"acme_ca {directory}"] if directory else []),
    ]
    sites = [f"import {SITES}/*.caddy", "http:// {\n abort\n}", f"http://:{METRICS} {{\n metrics\n}}"]
    return "{\n " + "\n ".join(options) + "\n}\n" + "\n".join(sites) + "\n"
