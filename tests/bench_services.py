"""What recording services with their links costs on aws: 50 of them, each linked to four stores, and how it grows.

`make bench` prints it, and fails beyond the bounds.
"""

from __future__ import annotations

import sys

from rich.console import Console
from rich.table import Table

from infra_kit import Consumer, EventBus, Gateway, ObjectStore, Postgres, Redis, Service, Stream
from infra_kit.testing import record
from tests.bench_recording import CONFIG, timed

ROUNDS = 3
"""The best of them counts: what else runs on the machine makes a figure worse, never better."""
MANY = 50
MOST_SECONDS = 3.0
COUNTS = (10, 50, 100, 200)
MOST_OF_LINEAR = 1.3
"""The bounds: the cost of a service among 200, over that of one among 10."""
MOST_ROUTES = 100
"""Of one load balancer."""


def program(services: int) -> None:
    """Four stores, and as many services; a gateway leads to those that it has rules for."""
    db, cache, files = Postgres("db"), Redis("cache"), ObjectStore("files")
    streams = {"LEADS": Stream(subjects=["lead.*"])}
    bus = EventBus("bus", engine="native", streams=streams, consumers={"scoring": Consumer(stream="LEADS")})
    links = [db.link(), cache.link(), files.link("read"), bus.link(publish=["lead.created"])]
    made = [Service(f"api-{number}", image="registry.example/api:1", links=links) for number in range(services)]
    routes = {f"/{service.name}/*": service for service in made[:MOST_ROUTES]}
    Gateway("edge", routes=routes, domains=["api.example.com"])


def main() -> None:
    record(lambda: program(1), config=CONFIG)  # warms: the SDK's modules are imported now
    seconds = {count: min(_timed(count) for _ in range(ROUNDS)) for count in COUNTS}
    growth = (seconds[COUNTS[-1]] / COUNTS[-1]) / (seconds[COUNTS[0]] / COUNTS[0])
    table = Table("services, each linked to 4 stores, on aws", "figure", title="recording", title_justify="left")
    for count, figure in seconds.items():
        table.add_row(f"{count} services", f"{figure:.2f} s")
    table.add_row(f"{MANY} services (at most)", f"{MOST_SECONDS:.1f} s")
    table.add_row(f"a service of {COUNTS[-1]} over one of {COUNTS[0]} (at most {MOST_OF_LINEAR})", f"{growth:.2f}")
    Console(width=100).print(table)
    sys.exit(seconds[MANY] > MOST_SECONDS or growth > MOST_OF_LINEAR)


def _timed(services: int) -> float:
    return timed(lambda: record(lambda: program(services), config=CONFIG))


if __name__ == "__main__":
    main()
