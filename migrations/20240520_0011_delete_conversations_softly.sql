-- Delete conversations softly
--
-- A deleted conversation stays for 30 days. Nearly all queries want the others,
-- so the index holds only those, where the database has partial indexes.
--
-- Revision ID: 2f6ad04c7b95
-- Revises: 90d7a2c5e18f
-- Create Date: 2024-05-20 12:26:37+00:00

-- brant:upgrade
ALTER TABLE conversations ADD COLUMN deleted_at TIMESTAMP NULL;

-- lint:allow BR101 there are a few thousand conversations: it takes milliseconds
CREATE INDEX conversations_live_idx ON conversations (user_id, created_at) WHERE deleted_at IS NULL;

-- brant:upgrade mysql
ALTER TABLE conversations
    ADD COLUMN deleted_at TIMESTAMP NULL,
    ADD INDEX conversations_live_idx (user_id, deleted_at, created_at);

-- brant:downgrade
DROP INDEX conversations_live_idx;
ALTER TABLE conversations DROP COLUMN deleted_at;

-- brant:downgrade mysql
ALTER TABLE conversations DROP INDEX conversations_live_idx, DROP COLUMN deleted_at;
