-- Check the sizes of attachments
--
-- PostgreSQL and MySQL add a constraint to a table. SQLite can't: the table is
-- built anew, in the twelve steps that "Making Other Kinds Of Table Schema
-- Changes" in SQLite's documentation prescribes. Foreign keys can only be
-- switched off outside of a transaction, so the section runs without one of
-- Brant's and has its own.
--
-- Revision ID: 0b6f94a7e3d2
-- Revises: d80e35f1c26a
-- Create Date: 2024-07-15 10:10:59+00:00

-- brant:upgrade postgresql transaction:off
-- lint:allow BR105 the constraint holds for new rows already if VALIDATE fails

-- NOT VALID takes the lock for a moment only; VALIDATE then reads the table
-- while others write to it. In one transaction with the first, it would read
-- under its lock.
ALTER TABLE attachments
    ADD CONSTRAINT attachments_size_bytes_check CHECK (size_bytes BETWEEN 0 AND 1073741824) NOT VALID;
ALTER TABLE attachments VALIDATE CONSTRAINT attachments_size_bytes_check;

-- brant:upgrade mysql
ALTER TABLE attachments
    ADD CONSTRAINT attachments_size_bytes_check CHECK (size_bytes BETWEEN 0 AND 1073741824);

-- brant:upgrade sqlite transaction:off
PRAGMA foreign_keys = OFF;
BEGIN IMMEDIATE;

CREATE TABLE attachments_new (
    id VARCHAR(26) NOT NULL PRIMARY KEY,
    message_id VARCHAR(26) NOT NULL,
    file_name VARCHAR(255) NOT NULL,
    media_type VARCHAR(127) NOT NULL,
    size_bytes BIGINT NOT NULL,
    storage_key VARCHAR(200) NOT NULL,
    CONSTRAINT attachments_message_id_fkey FOREIGN KEY (message_id) REFERENCES messages (id) ON DELETE CASCADE,
    CONSTRAINT attachments_size_bytes_check CHECK (size_bytes BETWEEN 0 AND 1073741824)
);
INSERT INTO attachments_new (id, message_id, file_name, media_type, size_bytes, storage_key)
SELECT id, message_id, file_name, media_type, size_bytes, storage_key FROM attachments;
DROP TABLE attachments;
ALTER TABLE attachments_new RENAME TO attachments;
CREATE INDEX attachments_message_id_idx ON attachments (message_id);

-- `PRAGMA foreign_key_check` only lists what is broken. Counting into a table
-- with a CHECK makes the migration fail instead.
CREATE TEMPORARY TABLE broken_references (number INTEGER CHECK (number = 0));
INSERT INTO broken_references SELECT count(*) FROM pragma_foreign_key_check('attachments');
DROP TABLE broken_references;

COMMIT;
PRAGMA foreign_keys = ON;

-- brant:downgrade postgresql,mysql
ALTER TABLE attachments DROP CONSTRAINT attachments_size_bytes_check;

-- brant:downgrade sqlite transaction:off
PRAGMA foreign_keys = OFF;
BEGIN IMMEDIATE;

CREATE TABLE attachments_new (
    id VARCHAR(26) NOT NULL PRIMARY KEY,
    message_id VARCHAR(26) NOT NULL,
    file_name VARCHAR(255) NOT NULL,
    media_type VARCHAR(127) NOT NULL,
    size_bytes BIGINT NOT NULL,
    storage_key VARCHAR(200) NOT NULL,
    CONSTRAINT attachments_message_id_fkey FOREIGN KEY (message_id) REFERENCES messages (id) ON DELETE CASCADE
);
INSERT INTO attachments_new (id, message_id, file_name, media_type, size_bytes, storage_key)
SELECT id, message_id, file_name, media_type, size_bytes, storage_key FROM attachments;
DROP TABLE attachments;
ALTER TABLE attachments_new RENAME TO attachments;
CREATE INDEX attachments_message_id_idx ON attachments (message_id);

CREATE TEMPORARY TABLE broken_references (number INTEGER CHECK (number = 0));
INSERT INTO broken_references SELECT count(*) FROM pragma_foreign_key_check('attachments');
DROP TABLE broken_references;

COMMIT;
PRAGMA foreign_keys = ON;
