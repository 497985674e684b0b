"""Makes the tables: `python -m app.migrate`."""

from __future__ import annotations

from .stores import database

if __name__ == "__main__":
    with database() as connection:
        connection.execute(
            "CREATE TABLE IF NOT EXISTS leads "
            "(id serial PRIMARY KEY, company text NOT NULL, scored boolean NOT NULL DEFAULT false)"
        )
    print("migrated", flush=True)
