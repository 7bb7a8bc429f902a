SET statement_timeout = 0;
SET lock_timeout = 0;
SELECT pg_catalog.set_config('search_path', 'public', false);
CREATE EXTENSION IF NOT EXISTS pgcrypto WITH SCHEMA public;
COMMENT ON EXTENSION pgcrypto IS 'cryptographic functions; and more';
CREATE TABLE public.schema_migrations (version character varying NOT NULL);
CREATE TABLE public.ar_internal_metadata (
    key character varying NOT NULL,
    value character varying
);
CREATE INDEX index_on_lower ON public.ar_internal_metadata USING btree (lower((value)::text)) WHERE ((value)::text <> ';'::text);
SET search_path TO "$user", public;

INSERT INTO "schema_migrations" (version) VALUES
('20240501120000'),
('20240502130000');


