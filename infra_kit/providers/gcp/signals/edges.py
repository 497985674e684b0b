"""Cdn and Gateway: their load balancer (https://cloud.google.com/load-balancing/docs/metrics), a Gateway by what it
leads to, for it may stand in its Cdn's. Uptime: uptime checks
(https://cloud.google.com/monitoring/uptime-checks/uptime-check-metrics). Nothing is wrong where nobody asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pulumi

from infra_kit.component import Component, Scope
from infra_kit.providers.gcp.cdn import GcpCdn
from infra_kit.providers.gcp.gateway import GcpGateway
from infra_kit.providers.gcp.signals.metric import WINDOW, Metric, is_, plain, series, share
from infra_kit.providers.gcp.uptime import GcpUptime
from infra_kit.signals import Signal

CDN = frozenset({Signal.ERRORS, Signal.CLIENT_ERRORS, Signal.REQUESTS, Signal.CACHE_HITS})
GATEWAY = frozenset({Signal.ERRORS, Signal.CLIENT_ERRORS, Signal.LATENCY, Signal.LATENCY_P95, Signal.REQUESTS})
UPTIME = frozenset({Signal.UPTIME, Signal.LATENCY, Signal.CERTIFICATE})
REQUESTS, LATENCIES = "request_count", "total_latencies"
"""Milliseconds, of the latter."""


def cdn(scope: Scope, component: Component[Any, Any]) -> Mapping[Signal, Sequence[Metric]]:
    its = is_("url_map_name", scope.native(component, GcpCdn).routes)
    kept, cacheable = 'cache_result="HIT"', 'cache_result=~"HIT|MISS|REVALIDATED"'
    hits = share(_https(REQUESTS, its, kept), _https(REQUESTS, its, cacheable))
    return {**_answers(its), Signal.CACHE_HITS: [plain(hits)]}


def gateway(scope: Scope, component: Component[Any, Any]) -> Mapping[Signal, Sequence[Metric]]:
    backends = scope.native(component, GcpGateway).backends
    names = pulumi.Output.all(*(backends[name].service.name for name in sorted(backends)))
    its = names.apply(lambda known: f'backend_target_name=~"{"|".join(known)}"')
    took, counted = (pulumi.Output.concat("sum(rate(", it, f"[{WINDOW}]))") for it in _sum_and_count(its))
    by_bound = pulumi.Output.concat("sum by (le) (rate(", _https(f"{LATENCIES}_bucket", its), f"[{WINDOW}]))")
    return {
        **_answers(its),
        Signal.LATENCY: [plain(took, " / ", counted, " / 1000")],
        Signal.LATENCY_P95: [plain("histogram_quantile(0.95, ", by_bound, ") / 1000")],
    }


def _sum_and_count(its: pulumi.Output[str]) -> tuple[pulumi.Output[str], pulumi.Output[str]]:
    return _https(f"{LATENCIES}_sum", its), _https(f"{LATENCIES}_count", its)


def _answers(its: pulumi.Output[str]) -> Mapping[Signal, Sequence[Metric]]:
    every = _https(REQUESTS, its)
    return {
        Signal.ERRORS: [plain(share(_https(REQUESTS, its, 'response_code_class="500"'), every))],
        Signal.CLIENT_ERRORS: [plain(share(_https(REQUESTS, its, 'response_code_class="400"'), every))],
        Signal.REQUESTS: [plain("sum(rate(", every, f"[{WINDOW}]))")],
    }


def _https(metric: str, *labels: pulumi.Input[str]) -> pulumi.Output[str]:
    return series(f"loadbalancing.googleapis.com/https/{metric}", "https_lb_rule", *labels)


def uptime(scope: Scope, component: Component[Any, Any]) -> Mapping[Signal, Sequence[Metric]]:
    """From several places: whether most of them got an answer, how long those took."""
    checks = scope.native(component, GcpUptime).checks
    return {
        Signal.UPTIME: [
            plain("100 * (avg(", _check(it, "check_passed"), ") > bool 0.5)", part=name) for name, it in checks.items()
        ],
        Signal.LATENCY: [
            plain("avg(", _check(it, "request_latency"), ") / 1000", part=name) for name, it in checks.items()
        ],
        Signal.CERTIFICATE: [
            plain("min(", _check(it, "time_until_ssl_cert_expires"), ")", part=name) for name, it in checks.items()
        ],
    }


def _check(check: pulumi.Output[str], metric: str) -> pulumi.Output[str]:
    return series(f"monitoring.googleapis.com/uptime_check/{metric}", "uptime_url", is_("check_id", check))
