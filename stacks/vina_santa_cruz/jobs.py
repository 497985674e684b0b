"""What the shop runs beside its visitors: at each release, and at night (seeds/001: VS-6, VS-9, VS-15)."""

import pulumi

from infra_kit import Cdn, Job, Network, Postgres
from stacks.migrations import migrated
from stacks.programs import program
from stacks.vina_santa_cruz import previews


def released(db: Postgres, network: Network | None) -> pulumi.ResourceOptions:
    """VS-15: the migrations, then what comes after these options. VS-7: `infra-kit:backup-first` has all of it copied
    before that. VS-6: a preview's are those of its own schema."""
    return migrated(db, network=network, after=[previews.own_schema(db, network)] if db.stands_already else ())


def nightly(db: Postgres, edge: Cdn, after: pulumi.ResourceOptions) -> list[Job]:
    """VS-9: at 02:00 the site and Lighthouse, which wants a browser; certificates and copies alerts look at, what the
    repository depends on its pipeline. VS-6: in staging, old previews go."""
    checks = Job(
        "nightly-checks",
        **program("nightly-checks"),
        schedule="0 2 * * *",
        cpu=1,
        memory_gb=2,
        environment={"SITE_URL": edge.url},
        opts=after,
    )
    has_previews = pulumi.Config("infra-kit").get("environment") == "staging"
    return [checks, previews.old_schemas(db)] if has_previews else [checks]
