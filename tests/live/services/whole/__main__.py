"""The whole application: four stores, a migration, a service behind a gateway, a worker and a scheduled job; and who
watches them."""

import json
from typing import Any

import pulumi

from infra_kit import (
    Alerts,
    Backlog,
    Check,
    Consumer,
    Dashboard,
    EventBus,
    Gateway,
    GatewayRoute,
    Health,
    Job,
    ObjectStore,
    Postgres,
    RateLimit,
    Redis,
    Routes,
    Rule,
    Service,
    Stream,
    Uptime,
    Worker,
    alert_presets,
)
from infra_kit.component import Component

config = pulumi.Config("api")
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
environment = config.require_object("environment")
is_bad = "HEALTHY" in environment  # it never gets well, so it is not waited for long
api = Service(
    "api",
    command=["python", "-m", "app.server"],
    environment=environment,
    secrets={"TOKEN": "a-token-that-nobody-sees"},
    min_instances=2,
    health=Health(interval="12s", timeout="10s", unhealthy_after=2, start_timeout="15s" if is_bad else "60s"),
    stop_timeout="5s",
    links=[db.link(), cache.link(), files.link("read", "write"), events.link(publish=["lead.created"])],
    opts=after,
)
scorer = Worker(
    "scorer",
    command=["python", "-m", "app.worker"],
    max_instances=3,
    backlog=Backlog(consumer="scoring", per_instance=10),
    links=[db.link(), events.link(consume=["scoring"])],
    opts=after,
)
report = Job(
    "report",
    command=["python", "-m", "app.report"],
    schedule="* * * * *",
    links=[db.link("read"), files.link("write")],
    opts=after,
)
places = {
    "db": pulumi.Output.format("postgresql://app@{0}:{1}/{2}", db.host, db.port, db.database),
    "cache": pulumi.Output.format("redis://{0}:{1}", cache.host, cache.port),
    "files": pulumi.Output.format("{0}/{1}", files.s3_endpoint, files.bucket),
    "events": pulumi.Output.format("nats://{0}:{1}", events.host, events.port),
}
stranger = Service(
    "stranger",
    command=["python", "-m", "app.server"],
    environment={"PLACES": pulumi.Output.from_input(places).apply(json.dumps)},
)
edge = Gateway(
    "edge",
    routes={
        "/*": api,
        "/seen": GatewayRoute(api, limits=[RateLimit(requests=5, per="15m")]),
        "/refusals": stranger,
    },
    domains=["shop.example.com"],
    max_body_mb=config.get_int("max_body_mb") or 1,
    waf=True,
)
outside = Uptime("outside", url=edge.url, checks={"version": Check(path="/version", every="1s", contains="version")})
everything: list[Component[Any, Any]] = [db, cache, files, events, api, scorer, report, edge, outside]
alerts = Alerts(
    "alerts",
    watch=everything,
    rules={**alert_presets.SENSIBLE, "down": Rule(signal="uptime", below=100, lasting="1s", level="P0")},
    routes={"P0": Routes(webhook="http://127.0.0.1:9/a-place-that-nobody-sees")},
)
board = Dashboard("board", of=everything, alerts=alerts)
pulumi.export("url", edge.url)
pulumi.export("board", board.url)
pulumi.export("ca_certificate", edge.ca_certificate)
