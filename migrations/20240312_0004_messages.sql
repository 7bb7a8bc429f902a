-- Create messages
--
-- Who speaks is one of a few roles. PostgreSQL and MySQL have enumerated types
-- for that, each in its own way; SQLite checks the text. Where databases differ,
-- each gets a section of its own.
--
-- Revision ID: 6e0b8f43a917
-- Revises: 1c94e7b2d605
-- Create Date: 2024-03-12 16:22:10+00:00

-- brant:upgrade postgresql
CREATE TYPE message_role AS ENUM ('system', 'user', 'assistant', 'tool');

CREATE TABLE messages (
    id VARCHAR(26) NOT NULL PRIMARY KEY,
    conversation_id VARCHAR(26) NOT NULL,
    position INTEGER NOT NULL,
    role message_role NOT NULL,
    content TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT messages_conversation_id_position_key UNIQUE (conversation_id, position),
    CONSTRAINT messages_conversation_id_fkey
        FOREIGN KEY (conversation_id) REFERENCES conversations (id) ON DELETE CASCADE
);

-- brant:upgrade mysql
CREATE TABLE messages (
    id VARCHAR(26) NOT NULL PRIMARY KEY,
    conversation_id VARCHAR(26) NOT NULL,
    position INTEGER NOT NULL,
    role ENUM('system', 'user', 'assistant', 'tool') NOT NULL,
    content MEDIUMTEXT NOT NULL,  -- TEXT would end at 64 KiB
    created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT messages_conversation_id_position_key UNIQUE (conversation_id, position),
    CONSTRAINT messages_conversation_id_fkey
        FOREIGN KEY (conversation_id) REFERENCES conversations (id) ON DELETE CASCADE
);

-- brant:upgrade sqlite
CREATE TABLE messages (
    -- SQLite may renumber the rows of a table unless the number is a column.
    -- The full-text index of a later revision refers to it.
    row_number INTEGER PRIMARY KEY,
    id VARCHAR(26) NOT NULL UNIQUE,
    conversation_id VARCHAR(26) NOT NULL,
    position INTEGER NOT NULL,
    role VARCHAR(9) NOT NULL CHECK (role IN ('system', 'user', 'assistant', 'tool')),
    content TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT messages_conversation_id_position_key UNIQUE (conversation_id, position),
    CONSTRAINT messages_conversation_id_fkey
        FOREIGN KEY (conversation_id) REFERENCES conversations (id) ON DELETE CASCADE
);

-- brant:downgrade postgresql
DROP TABLE messages;
DROP TYPE message_role;

-- brant:downgrade mysql,sqlite
DROP TABLE messages;
