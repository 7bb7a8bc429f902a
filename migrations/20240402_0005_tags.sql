-- Create tags
--
-- This revision and the next one revise the same parent: two people worked at
-- the same time. `brant heads` then shows two heads, and `brant merge heads`
-- joins them again (0007).
--
-- Revision ID: b7350d9ac41e
-- Revises: 6e0b8f43a917
-- Create Date: 2024-04-02 10:31:55+00:00

-- brant:upgrade
CREATE TABLE tags (
    id VARCHAR(26) NOT NULL PRIMARY KEY,
    user_id VARCHAR(26) NOT NULL,
    name VARCHAR(60) NOT NULL,
    CONSTRAINT tags_user_id_name_key UNIQUE (user_id, name),
    CONSTRAINT tags_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
);

CREATE TABLE conversation_tags (
    conversation_id VARCHAR(26) NOT NULL,
    tag_id VARCHAR(26) NOT NULL,
    PRIMARY KEY (conversation_id, tag_id),
    CONSTRAINT conversation_tags_conversation_id_fkey
        FOREIGN KEY (conversation_id) REFERENCES conversations (id) ON DELETE CASCADE,
    CONSTRAINT conversation_tags_tag_id_fkey FOREIGN KEY (tag_id) REFERENCES tags (id) ON DELETE CASCADE
);

-- Finds a tag's conversations; the primary key only finds a conversation's tags.
CREATE INDEX conversation_tags_tag_id_idx ON conversation_tags (tag_id);

-- brant:downgrade
DROP TABLE conversation_tags;
DROP TABLE tags;
