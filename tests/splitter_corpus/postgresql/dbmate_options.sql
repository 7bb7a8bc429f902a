-- migrate:up transaction:false
ALTER TYPE pg_catalog.int4 OWNER TO postgres;
CREATE TYPE color AS ENUM ('red');
ALTER TYPE color ADD VALUE IF NOT EXISTS 'green;' AFTER 'red';
CREATE DOMAIN email AS text CHECK (VALUE ~ '^[^;]+@.+$');
CREATE TYPE pair AS (a int, b text);
-- migrate:down
