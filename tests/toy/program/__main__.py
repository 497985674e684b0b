"""The toy: components whose "servers" are files, so that the engine can be tried without any real server."""

import pulumi

from tests.toy.program.servers import Cdn, Postgres

config = pulumi.Config("toy")
for name in config.require_object("names"):
    (Cdn if name.startswith("edge") else Postgres)(name, config.require("size"))
pulumi.export("where", "here")
if problem := config.get("problem"):
    raise ValueError(problem)
