"""The whole application: four stores, a migration, a service, a worker and a scheduled job."""

import pulumi

from infra_kit import (
    Backlog,
    Consumer,
    EventBus,
    Health,
    Job,
    ObjectStore,
    Postgres,
    Redis,
    Service,
    Stream,
    Worker,
)

db = Postgres("db", memory_gb=0.25)
cache = Redis("cache", memory_gb=0.05)
files = ObjectStore("files")
events = EventBus(
    "events",
    streams={"LEADS": Stream(subjects=["lead.*"])},
    consumers={"scoring": Consumer(stream="LEADS", ack_wait="5s")},
)
migrate = Job("migrate", command=["python", "-m", "app.migrate"], links=[db.link("owner")])
after = pulumi.ResourceOptions(depends_on=[migrate])
api = Service(
    "api",
    command=["python", "-m", "app.server"],
    min_instances=2,
    health=Health(interval="2s", timeout="1s"),
    links=[db.link(), cache.link(), files.link("read", "write"), events.link(publish=["lead.created"])],
    opts=after,
)
Worker(
    "scorer",
    command=["python", "-m", "app.worker"],
    max_instances=3,
    backlog=Backlog(consumer="scoring", per_instance=10),
    links=[db.link(), events.link(consume=["scoring"])],
    opts=after,
)
Job(
    "report",
    command=["python", "-m", "app.report"],
    schedule="* * * * *",
    links=[db.link("read"), files.link("write")],
    opts=after,
)
pulumi.export("url", api.url)
