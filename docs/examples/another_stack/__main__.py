"""Reports on the shop's database, which another stack has: what that one exports is all that is known of it here."""

import pulumi

from infra_kit import Postgres, Service

shop = pulumi.StackReference("shop", stack_name=pulumi.Config().require("shop"))
db = Postgres.existing("db", url=shop.require_output("database_url"), access="read")

reports = Service(
    "reports",
    image="registry.example/reports:1.0",
    command=["python", "app.py"],  # on local; elsewhere it is what the image runs
    port=8000,
    links=[db.link("read")],
)
pulumi.export("url", reports.url)
