-- Row-level security by tenant (seeds/004: ZU-3), for all tables in the schema public. The migrations run it as their
-- last step, as the tables' owner; again and again, it does no more than is missing. A program says whose rows it
-- wants in each transaction, which holds through a pooler too, and without it sees and writes none:
--     SELECT set_config('app.tenant_id', '<the token''s tenant>', true)

CREATE OR REPLACE FUNCTION current_tenant() RETURNS uuid LANGUAGE sql STABLE
-- Where a transaction of this session said it, the setting is '' once that has ended, not null.
AS $$ SELECT nullif(current_setting('app.tenant_id', true), '')::uuid $$;

DO $$
DECLARE
  it record;
BEGIN
  FOR it IN
    WITH tables AS (
      SELECT c.oid, c.oid IS NOT DISTINCT FROM to_regclass('public.tenants') AS is_tenants,
        EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped)
          AS has_tenant
      FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
    ), policies AS (
      SELECT oid, 'id = current_tenant()' AS rows FROM tables WHERE is_tenants
      UNION ALL
      SELECT oid, 'tenant_id = current_tenant()' FROM tables WHERE has_tenant AND NOT is_tenants
      UNION ALL
      -- What goes with a row of such a table is its tenant's: the lines of a proposal, say.
      SELECT part.oid, string_agg(format('EXISTS (SELECT FROM %s AS whole WHERE whole.%I = %s.%I)',
        whole.oid::regclass, key.attname, part.oid::regclass, own.attname), ' AND ' ORDER BY fk.conname)
      FROM pg_constraint fk
        JOIN tables part ON part.oid = fk.conrelid AND NOT part.has_tenant AND NOT part.is_tenants
        JOIN tables whole ON whole.oid = fk.confrelid AND whole.has_tenant
        JOIN pg_attribute own ON own.attrelid = part.oid AND own.attnum = fk.conkey[1]
        JOIN pg_attribute key ON key.attrelid = whole.oid AND key.attnum = fk.confkey[1]
      WHERE fk.contype = 'f' AND fk.confdeltype = 'c'
      GROUP BY part.oid
    )
    SELECT oid::regclass AS name, rows FROM policies p
    WHERE NOT EXISTS (SELECT FROM pg_policy WHERE polrelid = p.oid AND polname = 'tenant_isolation')
  LOOP
    EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY', it.name);
    EXECUTE format('CREATE POLICY tenant_isolation ON %s USING (%s)', it.name, it.rows);
  END LOOP;
END $$;
