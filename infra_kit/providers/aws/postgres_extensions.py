"""Extensions that RDS for PostgreSQL offers, and what they need of the server's parameters.

From the tables of https://docs.aws.amazon.com/AmazonRDS/latest/PostgreSQLReleaseNotes/postgresql-extensions.html (minor
versions 14.22 to 18.3), under the names that CREATE EXTENSION takes. Left out: what is no extension but a module or an
output plugin (auto_explain, wal2json), and what RDS keeps to itself (flow_control).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from infra_kit.components.postgres import Version

_LISTED = """
    address_standardizer address_standardizer_data_us amcheck autoinc aws_commons aws_lambda aws_s3 bloom bool_plperl
    btree_gin btree_gist citext cube dblink dict_int dict_xsyn earthdistance fuzzystrmatch h3 h3_postgis hll hstore
    hstore_plperl hypopg insert_username intagg intarray ip4r isn jsonb_plperl lo log_fdw ltree moddatetime mysql_fdw
    oracle_fdw orafce pageinspect pg_bigm pg_buffercache pg_cron pg_freespacemap pg_hint_plan pg_partman pg_prewarm
    pg_proctab pg_repack pg_similarity pg_stat_statements pg_tle pg_transport pg_trgm pg_visibility pgactive pgaudit
    pgcrypto pglogical pgrouting pgrowlocks pgstattuple pgtap plperl plpgsql plprofiler pltcl plv8 postgis
    postgis_raster postgis_tiger_geocoder postgres_fdw prefix rdkit rds_tools refint seg sslinfo tablefunc tcn tds_fdw
    tsm_system_rows tsm_system_time unaccent uuid-ossp vector
"""
_EVERYWHERE = frozenset(_LISTED.split())
_ONLY: Mapping[str, tuple[Version, ...]] = {
    "collection": ("18",),
    "pg_logicalinspect": ("18",),
    "pg_stat_monitor": ("18",),
    "pg_walinspect": ("15", "16", "17", "18"),
    "plrust": ("14", "15", "16", "17"),
    "postgis_topology": ("14", "15", "16", "17"),
    "roaringbitmap": ("18",),
}
NAMES = _EVERYWHERE | _ONLY.keys()
"""All that some version has."""

_PRELOADED = {
    "pg_bigm", "pg_cron", "pg_hint_plan", "pg_similarity", "pg_stat_monitor", "pg_tle", "pg_transport", "pgaudit",
    "pglogical", "plprofiler", "plrust",
}  # fmt: skip
"""Those whose library the server must load when it starts: the values that RDS allows in shared_preload_libraries."""

_PARAMETERS: Mapping[str, Mapping[str, str]] = {
    "pgactive": {"rds.enable_pgactive": "1", "rds.logical_replication": "1"},
    "pglogical": {"rds.logical_replication": "1"},
}
"""What else they need, each from its page below
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Appendix.PostgreSQL.CommonDBATasks.Extensions.html."""

CRON = "pg_cron"


def versions(name: str) -> tuple[Version, ...] | None:
    """The versions that have an extension of `NAMES`; None: all."""
    return _ONLY.get(name)


def parameters(extensions: Iterable[str], database: str) -> dict[str, str]:
    """The server's parameters that these extensions need; `database` is the one that pg_cron runs in."""
    asked = sorted(extensions)
    # RDS loads pg_stat_statements by itself, until somebody says what to load.
    libraries = ["pg_stat_statements", *(name for name in asked if name in _PRELOADED)]
    needed = {"shared_preload_libraries": ",".join(libraries)}
    for name in asked:
        needed |= _PARAMETERS.get(name, {})
    return needed | ({"cron.database_name": database} if CRON in asked else {})
