-- The services connect as a role that owns nothing (scripts/lib/service-role.mjs grants it its rights after each
-- migration). What only the owner of the log can do goes through two functions, which run as the owner and do exactly that.

CREATE OR REPLACE FUNCTION "ensure_log_partitions"(weeks INTEGER) RETURNS INTEGER LANGUAGE plpgsql AS $$
DECLARE
  week_ms CONSTANT BIGINT := 604800000;
  this_week BIGINT := floor((extract(epoch FROM clock_timestamp()) * 1000 - 1735689600000) / week_ms)::bigint;
  made INTEGER := 0;
  name TEXT;
BEGIN
  IF weeks IS NULL OR weeks NOT BETWEEN 0 AND 104 THEN
    RAISE EXCEPTION 'expected 0 to 104 weeks, got %', weeks;
  END IF;
  PERFORM pg_advisory_xact_lock(hashtext('proctor.ensure_log_partitions'));
  FOR week IN this_week .. this_week + weeks LOOP
    name := format('execution_log_w%s', lpad(week::text, 5, '0'));
    IF to_regclass(name) IS NULL THEN
      BEGIN
        EXECUTE format('CREATE TABLE %I PARTITION OF execution_log FOR VALUES FROM (%s) TO (%s)',
          name, (week * week_ms) << 12, ((week + 1) * week_ms) << 12);
        made := made + 1;
      EXCEPTION WHEN check_violation THEN
        RAISE WARNING 'week % of the log stays in the default partition', week;
      END;
    END IF;
  END LOOP;
  RETURN made;
END $$;

-- Drops the oldest partition of the log whose week ended this many days ago and which has no execution left. Returns its
-- name, or null: there is none.
CREATE FUNCTION "drop_log_partition"(older_than_days INTEGER) RETURNS TEXT LANGUAGE plpgsql AS $$
DECLARE
  week_ms CONSTANT BIGINT := 604800000;
  oldest TEXT;
BEGIN
  IF older_than_days IS NULL OR older_than_days < 1 THEN
    RAISE EXCEPTION 'expected 1 day or more, got %', older_than_days;
  END IF;
  SELECT week.name INTO oldest
  FROM (
    SELECT c.relname AS name, substring(c.relname FROM 'w(\d+)$')::bigint * week_ms AS starts_ms
    FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
    WHERE i.inhparent = 'execution_log'::regclass AND c.relname ~ '^execution_log_w\d+$'
  ) week
  WHERE (week.starts_ms + week_ms) << 12 <= first_execution_id_at(now() - make_interval(days => older_than_days))
    AND NOT EXISTS (
      SELECT 1 FROM execution WHERE id >= week.starts_ms << 12 AND id < (week.starts_ms + week_ms) << 12)
  ORDER BY week.starts_ms LIMIT 1;
  IF oldest IS NOT NULL THEN
    EXECUTE format('DROP TABLE %I', oldest);
  END IF;
  RETURN oldest;
END $$;

-- What a role may do beyond what the services need, with the statement that takes it away. Empty: nothing.
CREATE FUNCTION "excess_rights"(role_name TEXT) RETURNS TABLE ("excess" TEXT, "remedy" TEXT) LANGUAGE sql STABLE AS $$
  WITH role AS (SELECT * FROM pg_roles WHERE rolname = role_name),
  owned AS (
    SELECT c.oid::regclass::text AS name, c.relowner AS owner FROM pg_class c
    WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p', 'S', 'v', 'm')
    UNION ALL
    SELECT p.oid::regprocedure::text, p.proowner FROM pg_proc p WHERE p.pronamespace = current_schema()::regnamespace
  ),
  append_only AS (
    SELECT DISTINCT t.tgrelid AS id FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid
    WHERE p.proname LIKE 'refuse\_change\_of\_%' AND p.pronamespace = current_schema()::regnamespace
  ),
  found AS (
    SELECT 1 AS n, 'is a superuser' AS excess, format('ALTER ROLE %I NOSUPERUSER;', role_name) AS remedy
      FROM role WHERE rolsuper
    UNION ALL SELECT 2, 'can create roles', format('ALTER ROLE %I NOCREATEROLE;', role_name)
      FROM role WHERE rolcreaterole AND NOT rolsuper
    UNION ALL SELECT 3, 'can create databases', format('ALTER ROLE %I NOCREATEDB;', role_name)
      FROM role WHERE rolcreatedb AND NOT rolsuper
    UNION ALL SELECT 4, 'can replicate the server', format('ALTER ROLE %I NOREPLICATION;', role_name)
      FROM role WHERE rolreplication AND NOT rolsuper
    UNION ALL SELECT 5, 'bypasses row security', format('ALTER ROLE %I NOBYPASSRLS;', role_name)
      FROM role WHERE rolbypassrls AND NOT rolsuper
    UNION ALL SELECT 6, 'is a member of ' || strong.rolname, format('REVOKE %I FROM %I;', strong.rolname, role_name)
      FROM role, pg_roles strong
      WHERE NOT role.rolsuper AND pg_has_role(role.oid, strong.oid, 'MEMBER') AND strong.rolname IN (
        'pg_write_all_data', 'pg_execute_server_program', 'pg_read_server_files', 'pg_write_server_files', 'pg_maintain')
    UNION ALL SELECT 7, 'owns the database ' || d.datname,
        format('ALTER DATABASE %I OWNER TO %s;', d.datname, 'OWNER')
      FROM role, pg_database d
      WHERE NOT rolsuper AND d.datname = current_database() AND pg_has_role(role.oid, d.datdba, 'MEMBER')
    UNION ALL SELECT 8,
        'owns ' || min(owned.name) || CASE WHEN count(*) > 1 THEN ' and ' || count(*) - 1 || ' more' ELSE '' END,
        CASE WHEN owned.owner = role.oid THEN format('REASSIGN OWNED BY %I TO OWNER;', role_name)
          ELSE format('REVOKE %I FROM %I;', (SELECT rolname FROM pg_roles WHERE oid = owned.owner), role_name) END
      FROM role, owned WHERE NOT rolsuper AND pg_has_role(role.oid, owned.owner, 'MEMBER')
      GROUP BY owned.owner, role.oid
    UNION ALL SELECT 9, 'can create schemas in the database ' || current_database(),
        format('REVOKE CREATE ON DATABASE %I FROM PUBLIC, %I;', current_database(), role_name)
      FROM role, pg_database d
      WHERE NOT rolsuper AND d.datname = current_database() AND NOT pg_has_role(role.oid, d.datdba, 'MEMBER')
        AND has_database_privilege(role.oid, d.oid, 'CREATE')
    UNION ALL SELECT 10, 'can create objects in the schema ' || current_schema(),
        format('REVOKE CREATE ON SCHEMA %I FROM PUBLIC, %I;', current_schema(), role_name)
      FROM role WHERE NOT rolsuper AND has_schema_privilege(role.oid, current_schema(), 'CREATE')
        AND NOT EXISTS (SELECT 1 FROM pg_database WHERE datname = current_database() AND pg_has_role(role.oid, datdba, 'MEMBER'))
    UNION ALL SELECT 11, 'can change ' || id::regclass,
        format('REVOKE UPDATE, DELETE, TRUNCATE, TRIGGER ON %s FROM PUBLIC, %I;', id::regclass, role_name)
      FROM role, append_only JOIN pg_class c ON c.oid = id
      WHERE NOT rolsuper AND NOT pg_has_role(role.oid, c.relowner, 'MEMBER')
        AND (has_table_privilege(role.oid, id, 'DELETE, TRUNCATE, TRIGGER') OR has_any_column_privilege(role.oid, id, 'UPDATE'))
  )
  SELECT excess, remedy FROM found ORDER BY n, excess
$$;

-- With a pinned search path, in which temporary objects come last, nothing that a caller creates is taken for ours.
DO $$
DECLARE
  signature TEXT;
BEGIN
  FOREACH signature IN ARRAY ARRAY['ensure_log_partitions(integer)', 'drop_log_partition(integer)'] LOOP
    EXECUTE format('ALTER FUNCTION %s SECURITY DEFINER SET search_path = %I, pg_temp', signature, current_schema());
    EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', signature);
  END LOOP;
END $$;
