"""infra_kit: one definition of a product's infrastructure, from a laptop to a VPS to AWS or GCP.

from infra_kit import Gateway, ObjectStore, Postgres, Service
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from infra_kit.alert_rules import Routes, Rule
    from infra_kit.components.alerts import Alerts
    from infra_kit.components.auth import Apple, Auth, Client, Google
    from infra_kit.components.backup import Backup, Keep
    from infra_kit.components.budget import Budget
    from infra_kit.components.cdn import Cdn, Route
    from infra_kit.components.config import Config
    from infra_kit.components.dashboard import Dashboard
    from infra_kit.components.document_store import DocumentStore
    from infra_kit.components.domain import Domain
    from infra_kit.components.event_bus import EventBus, subject
    from infra_kit.components.external_service import ExternalService
    from infra_kit.components.gateway import Gateway, GatewayRoute
    from infra_kit.components.job import Job
    from infra_kit.components.logs import Logs
    from infra_kit.components.mailer import Mailer
    from infra_kit.components.network import Network
    from infra_kit.components.object_store import CorsRule, LifecycleRule, ObjectStore
    from infra_kit.components.panel import Panel
    from infra_kit.components.postgres import Postgres
    from infra_kit.components.redis import Redis
    from infra_kit.components.restore_drill import RestoreDrill, SqlCheck
    from infra_kit.components.search import Search, SearchIndex
    from infra_kit.components.secret import Secret
    from infra_kit.components.service import Health, Release, Scaling, Service
    from infra_kit.components.uptime import Check, Uptime
    from infra_kit.components.worker import Backlog, Worker
    from infra_kit.dashboard_charts import Chart
    from infra_kit.databases import Backups, Pooling
    from infra_kit.dns_records import Record
    from infra_kit.document_collections import Collection, Index, Ttl
    from infra_kit.environments import Environment
    from infra_kit.errors import InfraKitError
    from infra_kit.failover import Failover
    from infra_kit.links import Link
    from infra_kit.log_classes import HttpSink, LogClass
    from infra_kit.rate_limits import RateLimit
    from infra_kit.streams import Consumer, Stream
    from infra_kit.target import Target
    from infra_kit.tokens import Jwt
    from infra_kit.workloads import OtlpSink, Sidecar, Tracing, Volume

_HOMES = {
    "alert_rules": ("Routes", "Rule"),
    "components.alerts": ("Alerts",),
    "components.auth": ("Apple", "Auth", "Client", "Google"),
    "components.backup": ("Backup", "Keep"),
    "components.budget": ("Budget",),
    "components.cdn": ("Cdn", "Route"),
    "components.config": ("Config",),
    "components.dashboard": ("Dashboard",),
    "components.document_store": ("DocumentStore",),
    "components.domain": ("Domain",),
    "components.event_bus": ("EventBus", "subject"),
    "components.external_service": ("ExternalService",),
    "components.gateway": ("Gateway", "GatewayRoute"),
    "components.job": ("Job",),
    "components.logs": ("Logs",),
    "components.mailer": ("Mailer",),
    "components.network": ("Network",),
    "components.object_store": ("CorsRule", "LifecycleRule", "ObjectStore"),
    "components.panel": ("Panel",),
    "components.postgres": ("Postgres",),
    "components.redis": ("Redis",),
    "components.restore_drill": ("RestoreDrill", "SqlCheck"),
    "components.search": ("Search", "SearchIndex"),
    "components.secret": ("Secret",),
    "components.service": ("Health", "Release", "Scaling", "Service"),
    "components.uptime": ("Check", "Uptime"),
    "components.worker": ("Backlog", "Worker"),
    "dashboard_charts": ("Chart",),
    "databases": ("Backups", "Pooling"),
    "dns_records": ("Record",),
    "document_collections": ("Collection", "Index", "Ttl"),
    "environments": ("Environment",),
    "errors": ("InfraKitError",),
    "failover": ("Failover",),
    "links": ("Link",),
    "log_classes": ("HttpSink", "LogClass"),
    "rate_limits": ("RateLimit",),
    "streams": ("Consumer", "Stream"),
    "target": ("Target",),
    "tokens": ("Jwt",),
    "workloads": ("OtlpSink", "Sidecar", "Tracing", "Volume"),
}
"""By module, the names that are taken from it when they are first asked for: a program pays for what it uses."""

__all__ = [
    "Alerts",
    "Apple",
    "Auth",
    "Backlog",
    "Backup",
    "Backups",
    "Budget",
    "Cdn",
    "Chart",
    "Check",
    "Client",
    "Collection",
    "Config",
    "Consumer",
    "CorsRule",
    "Dashboard",
    "DocumentStore",
    "Domain",
    "Environment",
    "EventBus",
    "ExternalService",
    "Failover",
    "Gateway",
    "GatewayRoute",
    "Google",
    "Health",
    "HttpSink",
    "Index",
    "InfraKitError",
    "Job",
    "Jwt",
    "Keep",
    "LifecycleRule",
    "Link",
    "LogClass",
    "Logs",
    "Mailer",
    "Network",
    "ObjectStore",
    "OtlpSink",
    "Panel",
    "Pooling",
    "Postgres",
    "RateLimit",
    "Record",
    "Redis",
    "Release",
    "RestoreDrill",
    "Route",
    "Routes",
    "Rule",
    "Scaling",
    "Search",
    "SearchIndex",
    "Secret",
    "Service",
    "Sidecar",
    "SqlCheck",
    "Stream",
    "Target",
    "Tracing",
    "Ttl",
    "Uptime",
    "Volume",
    "Worker",
    "subject",
]


def __getattr__(name: str) -> object:
    for home, taken in _HOMES.items():
        if name in taken:
            value = getattr(import_module(f"{__name__}.{home}"), name)
            globals()[name] = value
            return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
