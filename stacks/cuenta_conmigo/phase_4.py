"""Phase 4: every deed is an event, kept in a lake; copies on another cloud; up to a million users (seeds/003: CC-5)."""

import pulumi

from infra_kit import Consumer, ExternalService, LifecycleRule, ObjectStore, Stream
from stacks.cuenta_conmigo import copies, regions
from stacks.cuenta_conmigo.events import CONSUMERS, STREAMS, worker
from stacks.cuenta_conmigo.places import Place
from stacks.cuenta_conmigo.region import Region, Size
from stacks.outside import budget, with_production

SIZE = Size(instances=10, memory_gb=32, high_availability=True, read_replicas=2)
STANDBY = Size(instances=5, memory_gb=32, high_availability=True, read_replicas=2)

ACTIVITY = {**STREAMS, "ACTIVITY": Stream(subjects=["activity.*"], retention="14d")}
"""CC-5: what a user does goes by the bus to who works it off."""
BATCH = {**CONSUMERS, "batch": Consumer(stream="ACTIVITY")}


def deploy() -> None:
    home, *away = regions.deploy(SIZE, STANDBY, streams=ACTIVITY, consumers=BATCH)
    lake = _worked_off(*home)
    for other in away:
        _worked_off(*other)
    copies.on_another_cloud(*home)

    with_production(_bought)
    budget(8000)  # CC-5
    pulumi.export("lake_bucket", lake.bucket)


def _worked_off(place: Place, it: Region) -> ObjectStore:
    """CC-5: each region's deeds, into a lake there: S3, and Glacier for what is older than a quarter."""
    cooling = {"old": LifecycleRule(archive_after_days=90)}
    lake = ObjectStore(place.name("lake"), lifecycle=cooling, target=place.target)
    worker("batch", it.events, place, lake.link("write"))
    return lake


def _bought() -> None:
    """CC-5: the seed's figures."""
    ExternalService("edge-security", vendor="Cloudflare", plan="as the seed says", monthly=300, protocol="http")
    ExternalService("learning", vendor="AI and ML", plan="as the seed says", monthly=500)
