"""AWS: managed services, by pulumi-aws."""

from typing import TYPE_CHECKING

from infra_kit.providers.aws.settings import AwsSettings

DRIVERS = {name: f"{__name__}.{name}" for name in ("network", "postgres", "redis", "object_store", "cdn", "event_bus")}
"""The module of each component's driver."""

SETTINGS = AwsSettings

NEEDS = ("pg8000", "pulumi_aws", "pulumi_random")
"""The modules that the extra `aws` installs."""

PULUMI_PACKAGE = "aws"
PROVIDERS = f"{__name__}.pulumi_providers"

if TYPE_CHECKING:
    from infra_kit.components.cdn import CdnDriver
    from infra_kit.components.event_bus import EventBusDriver
    from infra_kit.components.network import NetworkDriver
    from infra_kit.components.object_store import ObjectStoreDriver
    from infra_kit.components.postgres import PostgresDriver
    from infra_kit.components.redis import RedisDriver
    from infra_kit.providers.aws import cdn, event_bus, network, object_store, postgres, redis

    _network: NetworkDriver = network
    _postgres: PostgresDriver = postgres
    _redis: RedisDriver = redis
    _object_store: ObjectStoreDriver = object_store
    _cdn: CdnDriver = cdn
    _event_bus: EventBusDriver = event_bus
