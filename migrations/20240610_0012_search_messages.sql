-- Search the text of messages
--
-- Full-text search, as each database has it: a generated tsvector column with a
-- GIN index, an FTS5 table that triggers keep in step, a FULLTEXT index.
--
-- Revision ID: a41b9e80d37c
-- Revises: 2f6ad04c7b95
-- Create Date: 2024-06-10 09:00:12+00:00

-- brant:upgrade postgresql
-- lint:allow BR203, BR101 messages still fit into memory: it takes a second

ALTER TABLE messages
    ADD COLUMN search tsvector GENERATED ALWAYS AS (to_tsvector('simple', content)) STORED;

CREATE INDEX messages_search_idx ON messages USING gin (search);

-- brant:upgrade sqlite
CREATE VIRTUAL TABLE messages_search USING fts5 (content, content = 'messages', content_rowid = 'row_number');

CREATE TRIGGER messages_search_insert AFTER INSERT ON messages
BEGIN
    INSERT INTO messages_search (rowid, content) VALUES (NEW.row_number, NEW.content);
END;

CREATE TRIGGER messages_search_delete AFTER DELETE ON messages
BEGIN
    INSERT INTO messages_search (messages_search, rowid, content)
    VALUES ('delete', OLD.row_number, OLD.content);
END;

CREATE TRIGGER messages_search_update AFTER UPDATE OF content ON messages
BEGIN
    INSERT INTO messages_search (messages_search, rowid, content)
    VALUES ('delete', OLD.row_number, OLD.content);
    INSERT INTO messages_search (rowid, content) VALUES (NEW.row_number, NEW.content);
END;

-- What is there already.
INSERT INTO messages_search (messages_search) VALUES ('rebuild');

-- brant:upgrade mysql
-- lint:allow BR903 messages still fit into memory: it takes a second
CREATE FULLTEXT INDEX messages_search_idx ON messages (content);

-- brant:downgrade postgresql
DROP INDEX messages_search_idx;
ALTER TABLE messages DROP COLUMN search;

-- brant:downgrade sqlite
DROP TRIGGER messages_search_update;
DROP TRIGGER messages_search_delete;
DROP TRIGGER messages_search_insert;
DROP TABLE messages_search;

-- brant:downgrade mysql
DROP INDEX messages_search_idx ON messages;
