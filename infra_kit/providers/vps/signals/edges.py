"""Cdn and Gateway: what the host's edge answered under their names. Uptime: what its prober saw."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from infra_kit.component import Component, Scope
from infra_kit.durations import Duration, seconds
from infra_kit.providers.vps import edge, exporters, monitoring
from infra_kit.providers.vps.monitoring import Monitor
from infra_kit.providers.vps.signals.metric import LATELY, Figures, figures, or_none, share
from infra_kit.signals import Signal

CDN = frozenset({Signal.ERRORS, Signal.CLIENT_ERRORS, Signal.REQUESTS, Signal.CERTIFICATE})
GATEWAY = CDN | {Signal.LATENCY, Signal.LATENCY_P95}
UPTIME = frozenset({Signal.UPTIME, Signal.LATENCY, Signal.CERTIFICATE})

TOOK = "caddy_http_request_duration_seconds"
DAY = 86_400


def has_names(component: Component[Any, Any]) -> bool:
    """At the edge. What a Gateway answers that is not public is counted under its Cdn's."""
    return bool(getattr(getattr(component, "spec", None), "public", True))


def served(scope: Scope, component: Component[Any, Any]) -> Figures:
    names = edge.names(scope, component.spec.domains)
    monitor = monitoring.of(scope)
    native = edge.of(scope).native
    exporters.once(monitor, ".edge", lambda: exporters.edge(monitor, native.name, native.container))
    all_, server_errors, client_errors = (_rate(names, code) for code in ("...", "5..", "4.."))
    took = f"sum(rate({TOOK}_sum{_under(names)}[{LATELY}]))"
    buckets = f"sum by (le) (rate({TOOK}_bucket{_under(names)}[{LATELY}]))"
    found = {
        Signal.ERRORS: share(server_errors, all_),
        Signal.CLIENT_ERRORS: share(client_errors, all_),
        Signal.REQUESTS: or_none(all_),
        Signal.LATENCY: f"{or_none(took)} / (({all_}) > 0 or vector(1))",
        Signal.LATENCY_P95: or_none(f"histogram_quantile(0.95, {buckets}) >= 0"),
        **_certificate(monitor, component, names, native.name),
    }
    measured = GATEWAY if component.KIND == "gateway" else CDN
    return figures({signal: expression for signal, expression in found.items() if signal in measured})


def _under(names: list[str], code: str = "...") -> str:
    """A redirect to HTTPS is of no site. Host names as Caddy writes them."""
    hosts = _any([name.removeprefix("http://") for name in names])
    return f'{{handler="subroute",host=~"{hosts}",code=~"{code}"}}'


def _any(names: Sequence[str]) -> str:
    """A regular expression of these, as it stands between quotes."""
    return "|".join(re.escape(name).replace("\\", "\\\\") for name in names)


def _rate(names: list[str], code: str) -> str:
    return f"sum(rate({TOOK}_count{_under(names, code)}[{LATELY}]))"


def _certificate(monitor: Monitor, component: Component[Any, Any], names: list[str], proxy: str) -> dict[Signal, str]:
    """The prober asks the edge for each name; one that has no certificate yet has no day left: others do not speak for
    it, nor does one that is no longer served."""
    secure = [name for name in names if not name.startswith("http://")]
    if not secure:
        return {}
    asked = f"{component.name}.certificates"
    exporters.once(monitor, asked, lambda: exporters.certificates(monitor, component, secure, proxy))
    shown = _shown(f'{{component="{component.name}",check=~"{_any(secure)}"}}', _since(exporters.LOOKED_AT))
    return {Signal.CERTIFICATE: or_none(f"{_ends(shown)} * (count({shown}) == bool {len(secure)})")}


def _since(every: Duration) -> str:
    """Long enough that one answer may be missing."""
    return f"{2 * seconds(every) + 60}s"


def _shown(of: str, window: str) -> str:
    return f"last_over_time(probe_ssl_earliest_cert_expiry{of}[{window}])"


def _ends(shown: str) -> str:
    return f"(min({shown}) - time()) / {DAY}"


def uptime(scope: Scope, component: Component[Any, Any]) -> Figures:
    """The worst of its checks, each as it was when it was last asked."""
    monitoring.of(scope)
    longest = max((check.every for check in component.spec.checks.values()), key=seconds)
    of, window = f'{{component="{component.name}"}}', _since(longest)
    return figures(
        {
            Signal.UPTIME: f"100 * {or_none(f'min(last_over_time(probe_success{of}[{window}]))')}",
            Signal.LATENCY: or_none(f"max(last_over_time(probe_duration_seconds{of}[{window}]))"),
            Signal.CERTIFICATE: or_none(_ends(_shown(of, window))),
        }
    )
