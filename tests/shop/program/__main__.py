"""All five components, as small as they get: the stack of the live tests."""

import pulumi

from infra_kit import Cdn, Consumer, EventBus, ObjectStore, Postgres, Redis, Route, Stream

STREAMS = {"LEAD_EVENTS": Stream(subjects=["lead.*"], retention="7d")}
CONSUMERS = {"analytics": Consumer(stream="LEAD_EVENTS", filter="lead.created", ack_wait="1s", max_deliveries=2)}

db = Postgres("db", memory_gb=0.25, databases=["nomadshift"], extensions=["pgcrypto"])
cache = Redis("cache", memory_gb=0.05, persistence=True)
files = ObjectStore("files", versioning=True)
events = EventBus("events", streams=STREAMS, consumers=CONSUMERS)
edge = Cdn("edge", routes={"/*": Route(files, ttl="1h")})

pulumi.export("db", db.url)
pulumi.export("cache", cache.url)
pulumi.export("events", events.url)
pulumi.export("edge", edge.url)
pulumi.export("consumers", events.consumers)
pulumi.export("dead_letters", events.dead_letters)
pulumi.export(
    "files",
    {
        "endpoint_url": files.s3_endpoint,
        "region_name": files.region,
        "aws_access_key_id": files.access_key,
        "aws_secret_access_key": files.secret_key,
    },
)
pulumi.export("bucket", files.bucket)
