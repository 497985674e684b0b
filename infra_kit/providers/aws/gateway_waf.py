"""The web ACL of a Gateway: rules that AWS keeps, against common attacks, and limits by address. Of a gateway that is
not public, it stands on the Cdn's distribution (`cdn_gateways`).

- Of the common rules, the one that bounds a body to 8 KB only counts: `max_body_mb` is the gateway's own. Anonymous
  addresses are counted only, because other services' clouds are among them.
- A limit is counted over its window; what is beyond is answered 429 with `Retry-After`. AWS looks every few seconds, so
  a burst gets a little further
  (https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statement-type-rate-based.html). A route's limit
  counts what that route answers: not what a longer pattern takes from it.
- Where accesses are logged, what is refused or counted is too, without cookies and tokens.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_aws import cloudwatch, lb, wafv2

from infra_kit.component import Scope
from infra_kit.components.gateway import GatewaySpec
from infra_kit.durations import seconds
from infra_kit.naming import fit
from infra_kit.patterns import overlap
from infra_kit.providers.aws import keys, log_groups
from infra_kit.rate_limits import RateLimit

Rule = Mapping[str, Any]

MANAGED = {
    "AWSManagedRulesAmazonIpReputationList": (),
    "AWSManagedRulesAnonymousIpList": ("AnonymousIPList", "HostingProviderIPList"),
    "AWSManagedRulesKnownBadInputsRuleSet": (),
    "AWSManagedRulesCommonRuleSet": ("SizeRestrictions_BODY",),
    "AWSManagedRulesSQLiRuleSet": (),
}
"""By group, in their order, the rules that only count (https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-list.html)."""
LOG_PREFIX = "aws-waf-logs-"
"""https://docs.aws.amazon.com/waf/latest/developerguide/logging-cw-logs.html"""
AS_A_SERVICE_READS = [{"priority": 0, "type": "URL_DECODE"}, {"priority": 1, "type": "NORMALIZE_PATH"}]
"""A path that is written in another way is counted as what it means."""


@dataclass(frozen=True)
class Guard:
    """What guards, and the log group of what it refuses; None where it logs nothing."""

    resources: Sequence[pulumi.Resource] = ()
    log: pulumi.Output[str] | None = None


def create(scope: Scope, spec: GatewaySpec, balancer: lb.LoadBalancer) -> Guard:
    rules = [*limits(spec), *(managed() if spec.waf else [])]
    if not rules:
        return Guard()
    made = acl(scope, rules, kind="REGIONAL")
    log = say(scope, made) if spec.access_logs else None
    held = scope.resource("guard", wafv2.WebAclAssociation, resource_arn=balancer.arn, web_acl_arn=made.arn)
    return Guard([held], log)


def acl(scope: Scope, rules: Sequence[Rule], *, kind: str, region: str | None = None) -> wafv2.WebAcl:
    """A web ACL.

    Args:
        scope: the component's.
        rules: in their order.
        kind: `REGIONAL`, or `CLOUDFRONT`.
        region: where it is another than the component's.
    """
    return scope.resource(
        "acl",
        wafv2.WebAcl,
        scope=kind,
        default_action={"allow": {}},
        rules=[{**rule, "priority": number} for number, rule in enumerate(rules)],
        visibility_config=_visible("all"),
        tags=scope.tags,
        region=region,
    )


def _visible(name: str) -> dict[str, object]:
    return {"cloudwatch_metrics_enabled": True, "metric_name": name, "sampled_requests_enabled": True}


def managed() -> list[Rule]:
    return [
        {
            "name": name,
            "override_action": {"none": {}},
            "statement": {
                "managed_rule_group_statement": {
                    "vendor_name": "AWS",
                    "name": name,
                    "rule_action_overrides": [{"name": it, "action_to_use": {"count": {}}} for it in counted] or None,
                }
            },
            "visibility_config": _visible(name),
        }
        for name, counted in MANAGED.items()
    ]


def limits(spec: GatewaySpec, prefix: str = "limit", led: Sequence[Rule] = ()) -> list[Rule]:
    """The rules of a gateway's limits.

    Args:
        spec: the gateway's.
        prefix: of their names.
        led: conditions of what is the gateway's, of all that the web ACL sees.
    """
    general = [_limit(f"{prefix}-{number}", limit, _all(led)) for number, limit in enumerate(spec.limits, start=1)]
    return general + [
        _limit(f"{prefix}-{fit(pattern)}-{number}", limit, _all([*led, *answered_by([pattern], spec.routes)]))
        for pattern, route in spec.routes.items()
        for number, limit in enumerate(route.limits, start=1)
    ]


def _limit(name: str, limit: RateLimit, where: Rule | None) -> Rule:
    window = seconds(limit.per)
    wait = {"response_code": 429, "response_headers": [{"name": "Retry-After", "value": str(window)}]}
    counted = {"limit": limit.requests, "evaluation_window_sec": window, "aggregate_key_type": "IP"}
    return {
        "name": name,
        "action": {"block": {"custom_response": wait}},
        "statement": {"rate_based_statement": {**counted, "scope_down_statement": where} if where else counted},
        "visibility_config": _visible(name),
    }


def answered_by(patterns: Sequence[str], others: Iterable[str]) -> list[Rule]:
    """The conditions of what fits one of the patterns, and none of the longer ones among the others."""
    taken = sorted(it for it in others if any(len(it) > len(one) and overlap(it, one) for one in patterns))
    paths = [_path(pattern) for pattern in sorted(patterns)]
    fits = paths[0] if len(paths) == 1 else {"or_statement": {"statements": paths}}
    return [fits, *({"not_statement": {"statement": _path(other)}} for other in taken)]


def _all(conditions: Sequence[Rule]) -> Rule | None:
    if len(conditions) < 2:
        return conditions[0] if conditions else None
    return {"and_statement": {"statements": list(conditions)}}


def _path(pattern: str) -> Rule:
    where = {"field_to_match": {"uri_path": {}}, "text_transformations": AS_A_SERVICE_READS}
    if "*" not in pattern:
        return {"byte_match_statement": {**where, "positional_constraint": "EXACTLY", "search_string": pattern}}
    if "*" not in pattern[:-1]:
        begins = {"positional_constraint": "STARTS_WITH", "search_string": pattern[:-1]}
        return {"byte_match_statement": {**where, **begins}}
    expression = ".*".join(map(re.escape, pattern.split("*")))
    return {"regex_match_statement": {**where, "regex_string": f"^{expression}$"}}


def say(scope: Scope, acl: wafv2.WebAcl, region: str | None = None) -> pulumi.Output[str]:
    """Has it say what it refuses and counts; the name of the log group."""
    log = scope.resource(
        "acl-log",
        cloudwatch.LogGroup,
        name_prefix=LOG_PREFIX,
        retention_in_days=log_groups.days(scope),
        kms_key_id=keys.key_arn(scope, "logs-key", services=(keys.LOGS,), region=region),
        tags=scope.tags,
        region=region,
    )
    hidden = [{"single_header": {"name": name}} for name in ("authorization", "cookie")]
    scope.resource(
        "acl-logging",
        wafv2.WebAclLoggingConfiguration,
        resource_arn=acl.arn,
        log_destination_configs=[log.arn],
        redacted_fields=hidden,
        region=region,
        logging_filter={
            "default_behavior": "DROP",
            "filters": [
                {
                    "behavior": "KEEP",
                    "requirement": "MEETS_ANY",
                    "conditions": [{"action_condition": {"action": action}} for action in ("BLOCK", "COUNT")],
                }
            ],
        },
    )
    return log.name
