-- Find messages by time
--
-- The table is large and in use by now. PostgreSQL builds an index without
-- blocking writers only outside of a transaction; `transaction:off` runs a
-- section's statements one by one, each on its own. Keep such sections short:
-- if it stops in the middle, the next upgrade goes on where it stopped.
--
-- Revision ID: d80e35f1c26a
-- Revises: a41b9e80d37c
-- Create Date: 2024-07-02 18:44:05+00:00

-- brant:upgrade postgresql transaction:off
CREATE INDEX CONCURRENTLY messages_created_at_idx ON messages (created_at);

-- brant:upgrade mysql,sqlite
CREATE INDEX messages_created_at_idx ON messages (created_at);

-- brant:downgrade postgresql transaction:off
DROP INDEX CONCURRENTLY messages_created_at_idx;

-- brant:downgrade sqlite
DROP INDEX messages_created_at_idx;

-- brant:downgrade mysql
DROP INDEX messages_created_at_idx ON messages;
