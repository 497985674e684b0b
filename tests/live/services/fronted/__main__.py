"""A service behind a gateway behind a Cdn, beside a bucket."""

import pulumi

from infra_kit import Cdn, Gateway, Health, ObjectStore, RateLimit, Service

api = Service(
    "api",
    command=["python", "-m", "app.server"],
    environment={"VERSION": "1"},
    health=Health(interval="20s", timeout="10s", unhealthy_after=2, start_timeout="60s"),
    stop_timeout="5s",
)
limits = [RateLimit(requests=pulumi.Config("api").get_int("requests") or 5, per="15m")]
inner = Gateway("inner", routes={"/*": api}, limits=limits, public=False)
files = ObjectStore("files")
edge = Cdn("edge", routes={"/*": inner, "/static/*": files})
pulumi.export("url", edge.url)
pulumi.export("past", inner.url)
for key in ("s3_endpoint", "bucket", "access_key", "secret_key"):
    pulumi.export(key, getattr(files, key))
