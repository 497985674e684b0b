"""Stands in for the product's migrations where they are not at hand: `python -m stacks.zuclubit.migrate`.

It makes the tables of the seed that show what tenants are, and ends as the product's own do: with `TENANCY_SQL`.
"""

import os

import psycopg

TABLES = """
CREATE TABLE IF NOT EXISTS tenants (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), name text NOT NULL);
CREATE TABLE IF NOT EXISTS leads (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id uuid NOT NULL REFERENCES tenants ON DELETE CASCADE,
  company_name text
);
CREATE TABLE IF NOT EXISTS proposals (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id uuid NOT NULL REFERENCES tenants ON DELETE CASCADE,
  lead_id uuid REFERENCES leads
);
CREATE TABLE IF NOT EXISTS proposal_line_items (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  proposal_id uuid NOT NULL REFERENCES proposals ON DELETE CASCADE,
  name text NOT NULL
);
"""

if __name__ == "__main__":
    with psycopg.connect(os.environ["DB_URL"]) as db:
        db.execute(TABLES)
        db.execute(os.environ["TENANCY_SQL"].encode())
