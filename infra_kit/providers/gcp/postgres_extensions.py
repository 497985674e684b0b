"""Extensions that Cloud SQL for PostgreSQL offers."""

from __future__ import annotations

OFFERED = frozenset(
    {
        "amcheck", "autoinc", "bloom", "btree_gin", "btree_gist", "citext", "cube", "dblink", "dict_int",
        "earthdistance", "fuzzystrmatch", "hll", "hstore", "insert_username", "intagg", "intarray", "ip4r",
        "isn", "lo", "ltree", "moddatetime", "orafce", "pageinspect", "pg_buffercache", "pg_freespacemap",
        "pg_partman", "pg_prewarm", "pg_repack", "pg_stat_statements", "pg_trgm", "pg_visibility", "pgaudit",
        "pgcrypto", "pgrowlocks", "pgstattuple", "pgtap", "plv8", "postgis", "postgis_raster",
        "postgis_sfcgal", "postgis_tiger_geocoder", "postgis_topology", "postgres_fdw", "refint", "sslinfo",
        "tablefunc", "tcn", "tsm_system_rows", "tsm_system_time", "unaccent", "uuid-ossp", "vector",
    }
)  # fmt: skip
"""Those of https://cloud.google.com/sql/docs/postgres/extensions that need no flag but what every server here has."""
