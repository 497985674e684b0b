"""Gateway on AWS: an Application Load Balancer in the public subnets, before services of ECS.

- HTTPS with a certificate of ACM, TLS 1.2 and 1.3; HTTP is sent there. Without `domains` there is no certificate: it
  answers by plain HTTP on its own name, and production refuses that.
- Each route is a rule (`gateway_rules`), each service a target group (`gateway_targets`), which is spoken to by TLS.
  What no route leads to is answered 404.
- `jwt` is the load balancer's own: it takes RS256, in a token whose `aud` is a list or one text as `audience` is of
  several or of one, and passes it on. It makes no headers of claims, so `claims` are a gap; a
  visitor's own of these names are taken off by `service_front`
  (https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-verify-jwt.html).
- `waf` and `limits` are a web ACL of WAF (`gateway_waf`).
- A body beyond `max_body_mb` is answered 413 by what stands before each instance (`service_front`); of two gateways to
  one service, the larger bound holds.
- One that is not public is internal, in the private subnets, and answers CloudFront alone (`gateway_front`).
- Of `response_headers`, a load balancer knows some (`gateway_headers`); `service_front` puts the others on answers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

import pulumi
from pulumi_aws import lb

from infra_kit import features
from infra_kit.component import Scope
from infra_kit.components.gateway import GatewayEndpoint, GatewaySpec
from infra_kit.features import Feature
from infra_kit.providers.aws import (
    buckets,
    certificates,
    gateway_checks,
    gateway_front,
    gateway_headers,
    gateway_rules,
    gateway_targets,
    gateway_waf,
    identity,
    security,
)
from infra_kit.providers.aws.domain import AwsAlias
from infra_kit.providers.aws.gateway_front import AwsGateway, Front
from infra_kit.providers.aws.network import ANYWHERE, AwsNetwork
from infra_kit.providers.common import dns
from infra_kit.providers.common.gathered import Gathered
from infra_kit.providers.common.waiting import after
from infra_kit.settings import Settings

SUPPORTS = frozenset(
    {
        features.DOMAINS,
        features.FAILOVER,
        features.WILDCARD_DOMAINS,
        features.JWT,
        features.WAF,
        features.RATE_LIMITS,
        features.RATE_LIMITS_OVER_SERVICES,
        features.RATE_LIMITS_TOGETHER,
    }
)

HINTS = {
    features.FAILOVER: dns.ONE_WAY,
    features.JWT_CLAIMS: "a load balancer checks tokens and passes them on, but makes no headers of their "
    "claims; leave claims out, and let the services read the token, which is checked by then",
    features.RATE_LIMITS_BY_TOKEN: "AWS WAF counts by address; leave limits by 'user' or 'claim:…' out, and let the "
    "services count those, in a Redis",
}

HTTP, HTTPS = 80, 443


def gaps(spec: GatewaySpec, _: Settings) -> Mapping[Feature, str]:
    return features.gaps(spec.features(), SUPPORTS - dns.one_way(spec.zones), HINTS)


def create(scope: Scope, spec: GatewaySpec) -> GatewayEndpoint:
    gateway_checks.check(scope, spec)
    network = gateway_targets.network(scope, spec)
    fronts: Gathered[Front] = Gathered("Cdns")
    group = _group(scope, network, spec)
    balancer = _balancer(scope, spec, network, group)
    certificate = _certificate(scope, spec)
    listener = (
        _listen(scope, spec, balancer, certificate) if spec.public else gateway_front.listen(scope, balancer, fronts)
    )
    targets = gateway_targets.create(scope, spec, network, group)
    rules = gateway_rules.create(scope, spec, listener, targets)
    gateway_targets.lead(scope, spec, balancer, targets, rules)
    guards = gateway_waf.create(scope, spec, balancer) if spec.public else gateway_waf.Guard()
    records = _lead(scope, spec, balancer)
    needed = [*gateway_targets.services(scope, spec), *chain(*rules.values()), *guards.resources, *records]
    name = after(balancer.dns_name, *needed)
    return GatewayEndpoint(
        url=after(_url(spec, balancer, fronts), *needed),
        domain=name,
        ca_certificate=pulumi.Output.from_input(None),
        native=AwsGateway(
            arn=balancer.arn,
            name=balancer.name,
            host=name,
            region=identity.region(scope),
            measured=balancer.arn_suffix,
            certificate=certificate,
            fronts=fronts,
            refusals=guards.log,
        ),
    )


def _lead(scope: Scope, spec: GatewaySpec, balancer: lb.LoadBalancer) -> list[pulumi.Resource]:
    """In the zones that are ours, the names lead to the load balancer, which has IPv4."""
    name = balancer.dns_name
    alias = AwsAlias(name=name, zone_id=balancer.zone_id, types=("A",))
    place = dns.Place("CNAME", name, alias, spec.failover)
    return dns.lead(scope, spec.domains, certificates.zones(scope, spec.zones), place)


def _url(spec: GatewaySpec, balancer: lb.LoadBalancer, fronts: Gathered[Front]) -> pulumi.Output[str]:
    if not spec.public:
        return pulumi.Output.concat(gateway_front.scheme(fronts), "://", balancer.dns_name)
    hosts = [domain for domain in spec.domains if not domain.startswith("*")]
    scheme = "https" if spec.domains else "http"
    return pulumi.Output.concat(f"{scheme}://", hosts[0] if hosts else balancer.dns_name)


def _group(scope: Scope, network: AwsNetwork, spec: GatewaySpec) -> pulumi.Output[str]:
    """Why not CKV_AWS_260 (port 80 is open to all): who comes there is sent to HTTPS."""
    made = security.group(scope, network, "security-group", "Reaches")
    if not spec.public:
        return after(made.id, gateway_front.let_in(scope, made.id))
    ways = [
        security.let_in(scope, f"ingress-{port}", made.id, port, cidr_ipv4=ANYWHERE)
        for port in ((HTTP, HTTPS) if spec.domains else (HTTP,))
    ]
    return after(made.id, *ways)


def _balancer(scope: Scope, spec: GatewaySpec, network: AwsNetwork, group: pulumi.Output[str]) -> lb.LoadBalancer:
    subnets = network.ids(scope, "public" if spec.public else "private")
    gateway_checks.check_zones(scope, subnets)
    return scope.resource(
        "balancer",
        lb.LoadBalancer,
        # A name is at most 32 characters: Pulumi's own may be longer.
        name_prefix="edge-",
        load_balancer_type="application",
        internal=not spec.public,
        subnets=subnets,
        security_groups=[group],
        # Why not CKV_AWS_150 elsewhere: such stacks come and go.
        enable_deletion_protection=scope.defaults.protect,
        drop_invalid_header_fields=True,
        desync_mitigation_mode="strictest",
        # Why not CKV_AWS_91 elsewhere: access_logs is the spec's, by default production's.
        access_logs=_access_logs(scope) if spec.access_logs else None,
        tags=scope.tags,
    )


def _access_logs(scope: Scope) -> dict[str, Any]:
    return {"bucket": buckets.log_bucket(scope, "logs", _balancers_log), "enabled": True}


def _balancers_log(place: buckets.Place) -> buckets.Statement:
    """https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html"""
    balancers = f"arn:{place.partition}:elasticloadbalancing:*:{place.account}:loadbalancer/*"
    return {
        "Sid": "OwnBalancersLog",
        "Effect": "Allow",
        "Principal": {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": f"{place.arn}/AWSLogs/{place.account}/*",
        "Condition": {"ArnLike": {"aws:SourceArn": balancers}},
    }


def _certificate(scope: Scope, spec: GatewaySpec) -> pulumi.Output[str] | None:
    if not spec.domains:
        return None
    return certificates.certificate(scope, spec.domains, certificates.zones(scope, spec.zones))


def _listen(
    scope: Scope, spec: GatewaySpec, balancer: lb.LoadBalancer, certificate: pulumi.Output[str] | None
) -> pulumi.Output[str]:
    """The ARN of the listener that has the routes."""
    nowhere = [gateway_front.NOWHERE]
    if certificate is None:
        pulumi.log.warn(
            f"{scope.what}: it has no domains, so no certificate: it answers by plain HTTP on its own name. Name "
            "domains before anyone depends on it.",
            scope.parent,
        )
        return _listener(
            scope, "http", balancer, port=HTTP, protocol="HTTP", actions=nowhere, **gateway_headers.inputs(spec)
        ).arn
    secure = {"port": str(HTTPS), "protocol": "HTTPS", "status_code": "HTTP_301"}
    _listener(scope, "http", balancer, port=HTTP, protocol="HTTP", actions=[{"type": "redirect", "redirect": secure}])
    tls = {
        "certificate_arn": certificate,
        "ssl_policy": gateway_front.TLS_POLICY,
    }
    return _listener(
        scope, "https", balancer, port=HTTPS, protocol="HTTPS", actions=nowhere, **tls, **gateway_headers.inputs(spec)
    ).arn


def _listener(
    scope: Scope,
    role: str,
    balancer: lb.LoadBalancer,
    *,
    port: int,
    protocol: str,
    actions: Sequence[Mapping[str, Any]],
    **more: Any,
) -> lb.Listener:
    return scope.resource(
        role,
        lb.Listener,
        load_balancer_arn=balancer.arn,
        port=port,
        protocol=protocol,
        default_actions=list(actions),
        routing_http_response_server_enabled=False,
        tags=scope.tags,
        **more,
    )
