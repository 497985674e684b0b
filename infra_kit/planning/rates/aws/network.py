"""NAT, public addresses, endpoints, names (https://aws.amazon.com/vpc/pricing/).

What goes from zone to zone (0.01 USD a GB, each way) is not counted: no program says how much that is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from infra_kit.planning.rates import Asked, Line, Rate
from infra_kit.planning.rates.aws.common import fixed, internet
from infra_kit.planning.rates.reading import MILLION, many, number, share
from infra_kit.planning.usage import HOURS_A_MONTH

SLOW_CHECK = 30
"""Seconds: a health check that asks more often costs more."""


def gateway(asked: Asked) -> Iterator[Line]:
    """Hours, and GB twice: for going through it, and for leaving."""
    gb = asked.usage.gb_nat * share(asked)
    yield Line("a NAT gateway", "nat/hour", HOURS_A_MONTH)
    yield Line("data through it", "nat/data", gb, assumed=True)
    yield from internet(gb)


def endpoint(asked: Asked) -> Iterator[Line]:
    """A gateway endpoint (S3, DynamoDB) is free; one with interfaces costs hours in each subnet."""
    if asked.inputs.get("vpcEndpointType") not in ("Interface", "GatewayLoadBalancer"):
        return
    count = max(1, many(asked.inputs.get("subnetIds")))
    yield Line(f"an endpoint in {count} subnets", "endpoint/hour", count * HOURS_A_MONTH)


def http_api(asked: Asked) -> Iterator[Line]:
    yield Line("requests", "apigateway/http", asked.usage.requests / MILLION, assumed=True)
    yield from internet(asked.usage.gb_out)


def health_check(asked: Asked) -> Iterator[Line]:
    """Of an endpoint on AWS. Each of these counts as an option (https://aws.amazon.com/route53/pricing/)."""
    kind = str(asked.inputs.get("type"))
    fast = number(asked.inputs.get("requestInterval"), SLOW_CHECK) < SLOW_CHECK
    options = [kind.startswith("HTTPS"), "STR_MATCH" in kind, fast, bool(asked.inputs.get("measureLatency"))]
    yield Line("a health check", "route53/health-check", 1)
    if count := sum(options):
        yield Line(f"{count} of: HTTPS, a text, every 10 s, latency", "route53/health-check-option", count)


ZONE = fixed("a hosted zone", "route53/zone")
"""Queries for what stands on aws are free."""

RATES: Mapping[str, Rate] = {
    "aws:ec2/natGateway:NatGateway": gateway,
    "aws:ec2/eip:Eip": fixed("a public address", "ipv4", HOURS_A_MONTH),
    "aws:ec2/vpcEndpoint:VpcEndpoint": endpoint,
    "aws:route53/zone:Zone": ZONE,
    "aws:route53/healthCheck:HealthCheck": health_check,
    "aws:servicediscovery/privateDnsNamespace:PrivateDnsNamespace": ZONE,
    "aws:servicediscovery/publicDnsNamespace:PublicDnsNamespace": ZONE,
    "aws:apigatewayv2/api:Api": http_api,
}
