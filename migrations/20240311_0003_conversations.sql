-- Create conversations
--
-- A section may hold any number of statements. On PostgreSQL and SQLite they
-- take effect together or not at all; MySQL commits each statement of DDL by
-- itself, and Brant's journal records how far it came.
--
-- Revision ID: 1c94e7b2d605
-- Revises: 8a5d31c0f2b6
-- Create Date: 2024-03-11 08:05:47+00:00

-- brant:upgrade
CREATE TABLE conversations (
    id VARCHAR(26) NOT NULL PRIMARY KEY,
    user_id VARCHAR(26) NOT NULL,
    title VARCHAR(200) NOT NULL DEFAULT 'New conversation',
    created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    archived_at TIMESTAMP NULL,
    CONSTRAINT conversations_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
);

CREATE INDEX conversations_user_id_created_at_idx ON conversations (user_id, created_at);

-- brant:downgrade
-- The index goes with its table.
DROP TABLE conversations;
