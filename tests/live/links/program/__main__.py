"""Workers that do nothing, each linked to all that can be linked."""

import pulumi

from infra_kit import Config, Consumer, EventBus, ObjectStore, Postgres, Redis, Secret, Stream, Worker

config = pulumi.Config("links")
access = config.require("access")
db, cache, files = Postgres("db"), Redis("cache", replicas=1), ObjectStore("files")
bus = EventBus("bus", streams={"A": Stream(subjects=["a.*"])}, consumers={"mine": Consumer(stream="A")})
key, settings = Secret("key"), Config("settings", values={"database/host": db.host})
for name in config.require_object("users"):
    Worker(
        name,
        command=["sleep", "infinity"],
        links=[
            db.link("read" if access == "read" else "readwrite"),
            cache.link("read" if access == "read" else "readwrite"),
            files.link("read"),
            bus.link(publish=["a.b"], consume=["mine"]),
            key.link(),
            settings.link(),
        ],
    )
pulumi.export("key", key.value)
pulumi.export("reference", key.reference)
