"""A Gateway behind a Cdn: an internal load balancer that nobody but CloudFront reaches, by a VPC origin
(https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/private-content-vpc-origins.html).

It is let in by the list of CloudFront's addresses, which is what AWS asks for before there is a VPC origin. Another
account's distribution has these addresses too, but no way to a balancer without a public one.

CloudFront takes no certificate but a public one, and of a name that the visitor asked for: so the Cdn that stands
before the gateway brings the certificate of its own domains. Without domains, it comes by plain HTTP
(https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cnames-and-https-requirements.html).
Why CKV_AWS_2 and CKV_AWS_103 stay there, also in production: there is no certificate that CloudFront would take of that
listener, which CloudFront's network alone reaches; visitors come by TLS all the same. With domains they hold.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_aws import ec2, lb, vpc

from infra_kit.component import Scope
from infra_kit.providers.aws import security
from infra_kit.providers.common.gathered import Gathered

TLS_POLICY = "ELBSecurityPolicy-TLS13-1-2-2021-06"
NOWHERE = {"type": "fixed-response", "fixed_response": {"content_type": "text/plain", "status_code": "404"}}
"""What no rule leads to."""
HTTP, HTTPS = 80, 443
CLOUDFRONT = "com.amazonaws.global.cloudfront.origin-facing"
"""https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/LocationsOfEdgeServers.html"""


@dataclass(frozen=True, kw_only=True)
class Front:
    """The Cdn that stands before a gateway."""

    certificate: pulumi.Output[str] | None
    """The ARN of one of its domains, in the gateway's region."""


@dataclass(frozen=True, kw_only=True)
class AwsGateway:
    """A gateway's handles, for a Cdn."""

    arn: pulumi.Output[str]
    """Of its load balancer."""
    name: pulumi.Output[str]
    """Of its load balancer: another one has another."""
    host: pulumi.Output[str]
    """By which its load balancer is found, once it leads to its services."""
    region: pulumi.Output[str]
    measured: pulumi.Output[str]
    """As CloudWatch names its load balancer."""
    certificate: pulumi.Output[str] | None
    """The ARN of that of its domains."""
    fronts: Gathered[Front]
    refusals: pulumi.Output[str] | None
    """The log group of what its WAF refuses; None where it logs nothing."""


def let_in(scope: Scope, group: pulumi.Output[str]) -> vpc.SecurityGroupIngressRule:
    addresses = ec2.get_managed_prefix_list_output(name=CLOUDFRONT, opts=scope.invoke).id
    # One rule, which no change of the scheme moves: the list counts as 55 of the 60 rules that a group may have.
    return security.let_in(scope, "ingress-cdn", group, HTTP, HTTPS, prefix_list_id=addresses)


def listen(scope: Scope, balancer: lb.LoadBalancer, fronts: Gathered[Front]) -> pulumi.Output[str]:
    """The ARN of the listener that has the routes."""
    made = scope.resource(
        "listener",
        lb.Listener,
        load_balancer_arn=balancer.arn,
        port=_port(fronts),
        protocol=scheme(fronts).apply(str.upper),
        certificate_arn=fronts.then(lambda found: found[0].certificate if found else None),
        ssl_policy=_if_secure(fronts, TLS_POLICY, None),
        # Until the distribution knows the way to the new one, the old one answers.
        replace_on_changes=["port", "protocol"],
        default_actions=[NOWHERE],
        routing_http_response_server_enabled=False,
        tags=scope.tags,
    )
    return made.arn


def scheme(fronts: Gathered[Front]) -> pulumi.Output[str]:
    return _if_secure(fronts, "https", "http")


def _port(fronts: Gathered[Front]) -> pulumi.Output[int]:
    return _if_secure(fronts, HTTPS, HTTP)


def _if_secure(fronts: Gathered[Front], then: Any, otherwise: Any) -> pulumi.Output[Any]:
    return fronts.then(lambda found: then if any(front.certificate is not None for front in found) else otherwise)
