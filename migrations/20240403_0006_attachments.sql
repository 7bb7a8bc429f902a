-- Create attachments
--
-- The table's name is quoted where quotes are allowed. A later revision (0014)
-- rebuilds the table on SQLite, whose `ALTER TABLE … RENAME` writes the name in
-- quotes into the stored text: with quotes here, the text after that revision's
-- downgrade is the same as before its upgrade, to the letter.
--
-- Revision ID: 52c8e1f7049b
-- Revises: 6e0b8f43a917
-- Create Date: 2024-04-03 09:48:20+00:00

-- brant:upgrade postgresql,sqlite
CREATE TABLE "attachments" (
    id VARCHAR(26) NOT NULL PRIMARY KEY,
    message_id VARCHAR(26) NOT NULL,
    file_name VARCHAR(255) NOT NULL,
    media_type VARCHAR(127) NOT NULL,
    size_bytes BIGINT NOT NULL,
    storage_key VARCHAR(200) NOT NULL,
    CONSTRAINT attachments_message_id_fkey FOREIGN KEY (message_id) REFERENCES messages (id) ON DELETE CASCADE
);

CREATE INDEX attachments_message_id_idx ON attachments (message_id);

-- brant:upgrade mysql
CREATE TABLE attachments (
    id VARCHAR(26) NOT NULL PRIMARY KEY,
    message_id VARCHAR(26) NOT NULL,
    file_name VARCHAR(255) NOT NULL,
    media_type VARCHAR(127) NOT NULL,
    size_bytes BIGINT NOT NULL,
    storage_key VARCHAR(200) NOT NULL,
    -- Named here, or MySQL makes an index of its own for the foreign key.
    INDEX attachments_message_id_idx (message_id),
    CONSTRAINT attachments_message_id_fkey FOREIGN KEY (message_id) REFERENCES messages (id) ON DELETE CASCADE
);

-- brant:downgrade
DROP TABLE attachments;
