do $$ begin
  create type mood as enum ('happy', 'so; so');
exception
  when duplicate_object then null;
end $$;

DO
$do$
BEGIN
   IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = 'it''s') THEN
      RAISE NOTICE 'no role; %', $q$it's$q$;
   END IF;
END
$do$;
DO LANGUAGE plpgsql 'BEGIN PERFORM 1; END';
alter table if exists missing add column x int
