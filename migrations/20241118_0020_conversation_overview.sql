-- Show conversations with their activity
--
-- Revision ID: ce58a1960b7f
-- Revises: 4f1c2a9be3d7
-- Create Date: 2024-11-18 14:02:26+00:00

-- brant:upgrade
CREATE VIEW conversation_overview AS
SELECT
    conversations.id,
    conversations.user_id,
    conversations.title,
    COUNT(messages.id) AS message_count,
    MAX(messages.created_at) AS last_message_at
FROM conversations
LEFT JOIN messages ON messages.conversation_id = conversations.id
WHERE conversations.deleted_at IS NULL
GROUP BY conversations.id, conversations.user_id, conversations.title;

-- brant:downgrade
DROP VIEW conversation_overview;
