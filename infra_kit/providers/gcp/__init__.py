"""Google Cloud: managed services, by pulumi-gcp."""

from typing import TYPE_CHECKING

from infra_kit.providers.gcp.settings import GcpSettings

SHARED = ("tunnel",)
"""A component that users do not make."""

DRIVERS = {
    name: f"{__name__}.{name}"
    for name in (
        "network", "postgres", "redis", "object_store", "cdn", "event_bus",
        "service", "worker", "job", "gateway", "secret", "config", "domain", "budget", "alerts",
        "dashboard", "uptime", "backup", "restore_drill", "panel", "logs", "document_store", "search", "mailer", "auth",
        *SHARED,
    )
}  # fmt: skip
"""The module of each component's driver."""

REFUSES = frozenset({"auth", "document_store", "panel"})
"""Components that the target refuses as a whole: see their drivers."""

SETTINGS = GcpSettings

NEEDS = ("nats", "pulumi_gcp", "pulumi_random", "pulumi_tls")
"""The modules that the extra `gcp` installs."""

PULUMI_PACKAGE = "gcp"
EXAMPLE_REGION = "us-central1"
"""For a comparison with a target whose region nobody has said."""
PROVIDERS = f"{__name__}.pulumi_providers"
TUNNELS = f"{__name__}.tunnels"
BY_HAND = f"{__name__}.by_hand"

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
    from infra_kit.providers.gcp import (
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
    _service: ServiceDriver = service
    _worker: WorkerDriver = worker
    _job: JobDriver = job
    _gateway: GatewayDriver = gateway
    _secret: SecretDriver = secret
    _config: ConfigDriver = config
    _document_store: DocumentStoreDriver = document_store
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
