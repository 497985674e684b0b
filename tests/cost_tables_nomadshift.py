"""What seeds/000 says that NomadShift costs, line by line, and which components here stand for each (NS-15)."""

from __future__ import annotations

from tests.cost_tables import Line, Table

SECOND_REGION = 3
"""The phase."""


def _in_each(phase: int, *names: str) -> list[str]:
    """From phase 3 on, NomadShift's second region has them too; what all on a target share is called by the target."""
    if phase < SECOND_REGION:
        return list(names)
    there = [f"eu{it.removeprefix('aws')}" if it.startswith("aws-") else it for it in names]
    return [*names, *(f"{it}-eu" for it in there)]


NOMADSHIFT = tuple(
    Table(
        f"NomadShift, phase {phase} (NS-15)",
        f"nomadshift/{phase}",
        "$275-1,219 (its lines: 275-1,229), and outside services 51-477",
        [
            Line(
                "EC2 or ECS",
                "$50-200",
                _in_each(phase, "api", "migrate", "aws-ecs-network"),
                "two tasks of Fargate, the least, with their traces",
            ),
            Line("RDS PostgreSQL", "$100-500", _in_each(phase, "db"), database),
            Line("ElastiCache", "$30-150", _in_each(phase, "cache"), cache),
            Line(
                "S3",
                "$20-100",
                _in_each(phase, "static", "uploads", "logs"),
                "20 GB each, of which the seed says nothing",
            ),
            Line(
                "CloudFront", "$10-50", _in_each(phase, "edge"), "50 GB and a million requests, with its web firewall"
            ),
            Line("SES", "$1-20", ["mail"], "10,000 mails, and a key"),
            Line("Lambda", "$5-50", _in_each(phase, "index"), "a container every ten minutes"),
            Line("ALB", "$20-80", _in_each(phase, "gateway"), "a balancer that only the CDN reaches"),
            Line("data transfer", "$10-50", (), "in each component's lines"),
            Line(
                "support (Business)", "$29", ["support"], "the seed's figure: 29 is Developer; Business is 100 or more"
            ),
            Line("Auth0 or Cognito", "$0-200", ["accounts"], "Cognito, free up to 10,000 people"),
            Line("Sentry", "$0-26", ["errors"], "the team's plan"),
            Line("New Relic or DataDog", "$50-200", (), "X-Ray, in the program's line"),
            Line("domain", "$20-100 a year", ["domain-name", "zone"], "the seed's own least, and a zone"),
        ],
        f"OpenSearch ({search}), the private network with its NAT gateway, GuardDuty and Security Hub, checks, alarms, "
        "copies and drills, a secret with its key: the seed asks for them, and leaves them out",
    )
    for phase, database, cache, search in (
        (1, "db.t4g.medium and a replica for reports", "one node", "one node"),
        (
            2,
            "dedicated CPUs, a standby, replicas and a pooler (NS-2), beyond the seed's range",
            "a failover",
            "three nodes",
        ),
        (3, "as in phase 2, in each region", "a failover, in each region", "three nodes, in each region"),
    )
)
