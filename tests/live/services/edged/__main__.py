"""A service behind a gateway."""

import pulumi

from infra_kit import Gateway, GatewayRoute, Health, RateLimit, Service

config = pulumi.Config("api")
api = Service(
    "api",
    command=["python", "-m", "app.server"],
    environment={"VERSION": config.require("version")},
    min_instances=2,
    health=Health(interval="2s", timeout="1s", unhealthy_after=2, start_timeout="3s"),
    stop_timeout="5s",
)
edge = Gateway(
    "edge",
    routes={"/*": api, "/seen": GatewayRoute(api, limits=[RateLimit(requests=5, per="15m")])},
    domains=["shop.example.com"],
    max_body_mb=config.get_int("max_body_mb") or 1,
    waf=True,
)
pulumi.export("url", edge.url)
pulumi.export("ca_certificate", edge.ca_certificate)
pulumi.export("behind", api.url)
