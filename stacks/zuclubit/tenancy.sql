-- Row-level security by tenant (seeds/004: ZU-3), for all tables of the database, in whichever schema: a program's user
-- reads them all. The migrations run it as their last step, as the tables' owner; again and again, it does no more than
-- is missing. A program says whose rows it wants in each transaction, which holds through a pooler too, and without it
-- sees and writes none:
--     SELECT set_config('app.tenant_id', '<the token''s tenant>', true)

CREATE OR REPLACE FUNCTION current_tenant() RETURNS uuid LANGUAGE sql STABLE
-- Where a transaction of this session said it, the setting is '' once that has ended, not null.
AS $$ SELECT nullif(current_setting('app.tenant_id', true), '')::uuid $$;

-- What migrations made: all but what is PostgreSQL's own, and what an extension brought.
CREATE OR REPLACE FUNCTION own_relations() RETURNS SETOF regclass LANGUAGE sql STABLE
AS $$
  SELECT c.oid::regclass FROM pg_class c JOIN pg_namespace place ON place.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND place.nspname <> 'information_schema' AND place.nspname !~ '^pg_'
    AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = 'pg_class'::regclass AND objid = c.oid AND deptype = 'e')
$$;

-- What shows each tenant's rows to all: a restore drill asks for it too, of copies that are as new as this function.
-- Functions that run as their owner (SECURITY DEFINER) are not looked at.
CREATE OR REPLACE FUNCTION shown_to_all() RETURNS SETOF regclass LANGUAGE sql STABLE
AS $$
  SELECT own FROM own_relations() AS own JOIN pg_class c ON c.oid = own
  WHERE NOT (c.relrowsecurity AND EXISTS (SELECT FROM pg_policy WHERE polrelid = c.oid))
    AND NOT EXISTS (SELECT FROM pg_options_to_table(c.reloptions)
      WHERE option_name = 'security_invoker' AND option_value IN ('true', 'on', 'yes', '1'))
  ORDER BY own::text
$$;

DO $$
DECLARE
  -- What is no tenant's, and every program may read: what a tool notes of its migrations, the plans and their prices.
  shared CONSTANT text[] := '{public.schema_migrations}';
  it record;
  them text;
BEGIN
  FOR it IN
    SELECT own AS name, CASE own WHEN to_regclass('public.tenants') THEN 'id' ELSE 'tenant_id' END AS tenant
    FROM own_relations() AS own JOIN pg_class c ON c.oid = own
    WHERE c.relkind IN ('r', 'p')
      AND (own = to_regclass('public.tenants') OR EXISTS (SELECT FROM pg_attribute
        WHERE attrelid = c.oid AND attname = 'tenant_id' AND NOT attisdropped))
      AND NOT EXISTS (SELECT FROM pg_policy WHERE polrelid = c.oid AND polname = 'tenant_isolation')
  LOOP
    EXECUTE format('CREATE POLICY tenant_isolation ON %s USING (%I = current_tenant())', it.name, it.tenant);
  END LOOP;

  FOR it IN
    SELECT own AS name FROM own_relations() AS own JOIN pg_class c ON c.oid = own
      JOIN pg_namespace place ON place.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND place.nspname || '.' || c.relname = ANY (shared)
      AND NOT EXISTS (SELECT FROM pg_policy WHERE polrelid = c.oid)
  LOOP
    EXECUTE format('CREATE POLICY shared ON %s FOR SELECT USING (true)', it.name);
  END LOOP;

  -- What refers to a tenant's row is that tenant's, as the policy of that row decides: the lines of a proposal, then
  -- what refers to those. One round is one step further from tenant_id, so that no policy asks itself.
  LOOP
    FOR it IN
      WITH keys AS (
        SELECT fk.conrelid AS part, columns.given, format('EXISTS (SELECT FROM %s AS whole WHERE %s)',
          fk.confrelid::regclass, columns.equal) AS seen
        FROM pg_constraint fk
          JOIN own_relations() AS part (oid) ON part.oid = fk.conrelid
          JOIN pg_class whole ON whole.oid = fk.confrelid AND NOT whole.relispartition
          JOIN pg_policy ON polrelid = whole.oid AND polname = 'tenant_isolation'
          CROSS JOIN LATERAL (
            SELECT bool_and(own.attnotnull) AS given,
              string_agg(format('whole.%I = %s.%I', key.attname, part.oid::regclass, own.attname), ' AND ') AS equal
            FROM unnest(fk.conkey, fk.confkey) AS pair (own, key)
              JOIN pg_attribute own ON own.attrelid = part.oid AND own.attnum = pair.own
              JOIN pg_attribute key ON key.attrelid = whole.oid AND key.attnum = pair.key
          ) columns
        WHERE fk.contype = 'f' AND NOT EXISTS (SELECT FROM pg_policy WHERE polrelid = part.oid)
      )
      SELECT part::regclass AS name, string_agg(seen, ' AND ' ORDER BY seen) AS seen FROM keys
      -- A key that may be null decides only where there is no other, not even one to a table whose own turn comes: a
      -- row without it is nobody's.
      WHERE given = (SELECT bool_or(given) FROM keys) AND (given OR NOT EXISTS (
        SELECT FROM pg_constraint other JOIN pg_class to_be ON to_be.oid = other.confrelid
        WHERE other.contype = 'f' AND other.conrelid = part AND other.confrelid <> part
          AND to_be.oid IN (SELECT own_relations()) AND NOT to_be.relispartition
          AND NOT EXISTS (SELECT FROM pg_policy WHERE polrelid = to_be.oid)))
      GROUP BY part HAVING bool_and(given) OR count(*) = 1
    LOOP
      EXECUTE format('CREATE POLICY tenant_isolation ON %s USING (%s)', it.name, it.seen);
    END LOOP;
    EXIT WHEN NOT FOUND;
  END LOOP;

  FOR it IN
    SELECT DISTINCT own AS name FROM own_relations() AS own JOIN pg_class c ON c.oid = own
      JOIN pg_policy ON polrelid = c.oid
    WHERE NOT c.relrowsecurity
  LOOP
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', it.name);
  END LOOP;

  SELECT string_agg(name::text, ', ') INTO them FROM shown_to_all() AS name;
  IF them IS NOT NULL THEN
    RAISE 'Of no tenant, and shown to all: %', them USING HINT = 'A table wants tenant_id, a NOT NULL foreign key to '
      'a table that has the policy tenant_isolation, a policy of its own migration, or, if all may read it, its name '
      'with its schema in `shared` of stacks/zuclubit/tenancy.sql; a view wants security_invoker = true; what else '
      'there is (a materialized view, a foreign table) can have no policy; what is no tenant''s business at all wants '
      'a database of its own.';
  END IF;
END $$;
