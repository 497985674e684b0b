"""What comes in by a load balancer, from Cloud CDN's caches or from what stands behind, and Cloud Armor before it:
https://cloud.google.com/load-balancing/pricing, https://cloud.google.com/cdn/pricing,
https://cloud.google.com/armor/pricing.

A component's traffic is on the bill once, at its URL map. What the caches answer leaves by Cloud CDN. So does the
rest, and fills the caches before, where all backends are cached; else it leaves as any traffic does. What comes in is
not counted: it is little beside what goes out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from infra_kit.planning.rates import Asked, Line, Rate
from infra_kit.planning.rates.gcp.common import logs
from infra_kit.planning.rates.reading import MILLION, each, part, siblings, uses
from infra_kit.recording import Resource

BACKENDS = ("gcp:compute/backendService:BackendService", "gcp:compute/backendBucket:BackendBucket")


def url_map(asked: Asked) -> Iterator[Line]:
    if asked.inputs.get("defaultUrlRedirect"):  # its whole answer is a line
        return
    used, backends = asked.usage, _backends(asked)
    cached = [it for it in backends if it.inputs.get("enableCdn")]
    hits = used.gb_out * used.cached if cached else 0
    rest = used.gb_out - hits
    if cached:
        yield Line("GB out of the caches", "cdn/egress", hits, assumed=True)
        yield Line("million requests to the caches", "cdn/lookup", used.requests / MILLION, assumed=True)
    if cached and len(cached) == len(backends):
        yield Line("GB into the caches, and out", "cdn/fill", rest, assumed=True)
        yield Line("of it, GB out", "cdn/egress", rest, assumed=True)
    else:
        yield Line("GB out to the internet", "network/egress", rest, assumed=True)
    yield Line("GB through the load balancer", "lb/data", rest, assumed=True)
    if any(_logs(it) for it in backends):
        yield from logs(asked)


def _backends(asked: Asked) -> list[Resource]:
    """Those that it leads to: a Cdn's may lead to a Gateway's. Where that cannot be seen, all of its component."""
    return uses(asked, *BACKENDS) or siblings(asked, *BACKENDS)


def _logs(it: Resource) -> bool:
    return bool(part(it.inputs, "logConfig").get("enable"))


def security_policy(asked: Asked) -> Iterator[Line]:
    """Each rule has its price, the last one too, which every policy has."""
    rules = len(each(asked.inputs.get("rules"))) or 1
    yield Line("firewall", "armor/policy", 1)
    yield Line(f"{rules} rules", "armor/rule", rules)
    yield Line("million requests looked at", "armor/requests", asked.usage.requests / MILLION, assumed=True)


def security_policy_rule(_: Asked) -> Iterator[Line]:
    yield Line("a rule", "armor/rule", 1)


RATES: Mapping[str, Rate] = {
    "gcp:compute/uRLMap:URLMap": url_map,
    "gcp:compute/regionUrlMap:RegionUrlMap": url_map,
    "gcp:compute/securityPolicy:SecurityPolicy": security_policy,
    "gcp:compute/securityPolicyRule:SecurityPolicyRule": security_policy_rule,
}
