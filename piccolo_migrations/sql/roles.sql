-- The four roles of the application; run at each start, before the migrations.
--   pulse_app     connects, owns nothing and reads no tenant table by itself
--   pulse_tenant  taken by `tenant(scope)`: row-level security shows one business
--   pulse_book    the same for who sees a part of the customers: own_book.sql narrows it further
--   pulse_system  taken by `system()`: who-is-this questions over all businesses
DO $body$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['pulse_tenant', 'pulse_system', 'pulse_book'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) THEN
      EXECUTE format('CREATE ROLE %I NOLOGIN NOSUPERUSER NOBYPASSRLS', name);
    END IF;
  END LOOP;
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'pulse_app') THEN
    CREATE ROLE pulse_app LOGIN NOSUPERUSER NOBYPASSRLS NOINHERIT;
  END IF;
  GRANT pulse_tenant, pulse_system, pulse_book TO pulse_app WITH INHERIT FALSE, SET TRUE;
  GRANT pulse_tenant TO pulse_book WITH INHERIT TRUE, SET FALSE;
  IF NOT pg_has_role(current_user, 'pulse_app', 'SET') THEN
    EXECUTE format('GRANT pulse_app TO %I WITH INHERIT FALSE, SET TRUE', current_user);
  END IF;
END $body$;
