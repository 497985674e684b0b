"""A service without stores, as small as it gets: what is asked of it comes from the stack's configuration."""

import pulumi

from infra_kit import Health, Release, Service, Volume

config = pulumi.Config("api")
api = Service(
    "api",
    command=["python", "-m", "app.server"],
    environment=config.require_object("environment"),
    secrets={"TOKEN": "a-token-that-nobody-sees"},
    min_instances=config.get_int("instances") or 2,
    health=Health(interval="2s", timeout="1s", unhealthy_after=2, start_timeout="3s"),
    release=Release(**(config.get_object("release") or {})),
    sticky_sessions=config.get_bool("sticky") or False,
    stop_timeout="5s",
    volumes={"notes": Volume(path="/notes")},
)
pulumi.export("url", api.url)
