"""Features: the capabilities that a spec asks for and a driver declares."""

from __future__ import annotations

from collections.abc import Iterable, Mapping


class Feature(str):
    """One capability. Some carry a value after a colon: `extension:pgcrypto`, `version:17`.

    The text is what a stack writes under `infra-kit:accepted-gaps`; there, a feature without its value
    (`extension`, `version`) accepts every value of it.
    """

    __slots__ = ()

    @property
    def family(self) -> str:
        return self.partition(":")[0]

    @property
    def value(self) -> str:
        return self.partition(":")[2]

    def accepted_by(self, gaps: Iterable[str]) -> bool:
        return any(gap in (self, self.family) for gap in gaps)


DEDICATED_CPU = Feature("dedicated-cpu")
READ_REPLICAS = Feature("read-replicas")
HIGH_AVAILABILITY = Feature("high-availability")
POOLING = Feature("pooling")
BACKUPS = Feature("backups")
POINT_IN_TIME = Feature("point-in-time")
PERSISTENCE = Feature("persistence")
VERSIONING = Feature("versioning")
ARCHIVE = Feature("archive")
EXPIRE = Feature("expire")
RETENTION_LOCK = Feature("retention-lock")
CORS = Feature("cors")
PUBLIC_READ = Feature("public-read")
DOMAINS = Feature("domains")
WILDCARD_DOMAINS = Feature("wildcard-domains")
QUERY_FILTER = Feature("query-filter")
CACHE_CONTROL = Feature("cache-control")
RESPONSE_HEADERS = Feature("response-headers")
COMPRESSION = Feature("compression")
INVALIDATION = Feature("invalidation")
DEAD_LETTER = Feature("dead-letter")
STREAM_REPLICAS = Feature("stream-replicas")
STREAM_SIZE = Feature("stream-size")
LONG_BACKLOG = Feature("long-backlog")
LONG_RETENTION = Feature("long-retention")
ANY_ACK_WAIT = Feature("any-ack-wait")
ANY_DELIVERIES = Feature("any-deliveries")
FLOW_LOGS = Feature("flow-logs")
VOLUMES = Feature("volumes")
SIDECARS = Feature("sidecars")
TRACING = Feature("tracing")
AUTOSCALING = Feature("autoscaling")
SCALING_BY_MEMORY = Feature("scaling-by-memory")
SCALING_BY_REQUESTS = Feature("scaling-by-requests")
STICKY_SESSIONS = Feature("sticky-sessions")
BLUE_GREEN = Feature("blue-green")
ERROR_ROLLBACK = Feature("error-rollback")
SMOKE_TESTS = Feature("smoke-tests")
JWT = Feature("jwt")
JWT_CLAIMS = Feature("jwt-claims")
WAF = Feature("waf")
RATE_LIMITS = Feature("rate-limits")
"""By address; so are the two below that need it."""
RATE_LIMITS_BY_TOKEN = Feature("rate-limits-by-token")
RATE_LIMITS_OVER_SERVICES = Feature("rate-limits-over-services")
"""One count for the routes of several services."""
RATE_LIMITS_TOGETHER = Feature("rate-limits-together")
"""Several on one request."""
FAILOVER = Feature("failover")
"""Of names, to another edge: what decides is the zone that they are in."""
ROTATION = Feature("rotation")
OUTSIDE_CHECKS = Feature("outside-checks")
"""From somewhere that does not fall with what is checked."""
CHECKED_CONTENT = Feature("checked-content")
COPY_ELSEWHERE = Feature("copy-elsewhere")
"""To a bucket of another target or account, encrypted with a key of the user's."""
COPY_TO_REGION = Feature("copy-to-region")
"""By the cloud itself; so is the one below."""
COPY_TO_VAULT = Feature("copy-to-vault")
LOCKED_BACKUPS = Feature("locked-backups")
THINNED_BACKUPS = Feature("thinned-backups")
"""Kept daily and weekly beyond the time that each is kept."""
SQL_CHECKS = Feature("sql-checks")
ARCHIVE_ELSEWHERE = Feature("archive-elsewhere")
"""Of log lines, in a bucket that is said."""
LOCKED_LOGS = Feature("locked-logs")
HTTP_SINK = Feature("http-sink")
BOUNCE_REPORTS = Feature("bounce-reports")
"""Of mail that came back, or that somebody called spam."""

PLAIN = frozenset(value for value in globals().values() if isinstance(value, Feature))
"""The features without a value."""

GUARDS_DATA = frozenset({BACKUPS, POINT_IN_TIME})
"""Never left out unless the stack accepts it, also where only the environment asks for it."""

NEEDS = {
    WILDCARD_DOMAINS: DOMAINS,
    FAILOVER: DOMAINS,
    HIGH_AVAILABILITY: READ_REPLICAS,
    POINT_IN_TIME: BACKUPS,
    RETENTION_LOCK: VERSIONING,
    SCALING_BY_MEMORY: AUTOSCALING,
    SCALING_BY_REQUESTS: AUTOSCALING,
    JWT_CLAIMS: JWT,
    RATE_LIMITS_BY_TOKEN: JWT,
    RATE_LIMITS_OVER_SERVICES: RATE_LIMITS,
    RATE_LIMITS_TOGETHER: RATE_LIMITS,
}
"""By feature, the one that it goes with where that is left out; all others stay."""

FAMILIES = frozenset({"version", "extension", "engine", "signal", "route", "backup-of", "logs-of", "login-by"})
"""The families of features that carry a value."""

ONE_OF = frozenset({"version", "engine"})
"""The families of which a component has exactly one: left out, it has another."""


def version(value: str) -> Feature:
    return Feature(f"version:{value}")


def extension(name: str) -> Feature:
    return Feature(f"extension:{name}")


def engine(name: str) -> Feature:
    return Feature(f"engine:{name}")


def signal(kind: str, name: str) -> Feature:
    """What is measured of a kind of component: `signal:object-store.uptime`. See `infra_kit.signals`."""
    return Feature(f"signal:{kind.replace('_', '-')}.{name}")


def route(kind: str) -> Feature:
    """Whom an alert is told: `route:sms`."""
    return Feature(f"route:{kind}")


def backup_of(kind: str) -> Feature:
    """A kind of component whose data is copied: `backup-of:redis`."""
    return Feature(f"backup-of:{kind}")


def login_by(provider: str) -> Feature:
    """Somebody else's accounts, which people log in by: `login-by:google`."""
    return Feature(f"login-by:{provider}")


def logs_of(kind: str) -> Feature:
    """A kind of component whose log is kept: `logs-of:event-bus`."""
    return Feature(f"logs-of:{kind.replace('_', '-')}")


def is_known(text: str) -> bool:
    """Whether a text found in a stack's configuration names a feature or a family of features."""
    feature = Feature(text)
    return text in PLAIN or feature.family in FAMILIES


def gaps(asked: Iterable[Feature], supported: frozenset[Feature], hints: Mapping[Feature, str]) -> dict[Feature, str]:
    """What is asked and not supported, each with its way out: hints are kept by feature or by family.

    What goes with another gap is none of its own, unless it guards data.
    """
    missing = frozenset(asked) - supported
    own = sorted(gap for gap in missing if gap in GUARDS_DATA or NEEDS.get(gap) not in missing)
    return {gap: hints.get(gap) or hints.get(Feature(gap.family)) or _other_values(gap, supported) for gap in own}


def _other_values(gap: Feature, supported: frozenset[Feature]) -> str:
    values = sorted(feature.value for feature in supported if feature.value and feature.family == gap.family)
    return f"there is {', '.join(values)}" if values else "this target has nothing like it"
