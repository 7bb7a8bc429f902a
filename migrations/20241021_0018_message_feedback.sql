-- Let users rate answers
--
-- Revision ID: 17b0e5d3fa62
-- Revises: 85fd6b20c94a
-- Create Date: 2024-10-21 11:39:50+00:00

-- brant:upgrade
CREATE TABLE message_feedback (
    message_id VARCHAR(26) NOT NULL,
    user_id VARCHAR(26) NOT NULL,
    rating SMALLINT NOT NULL,
    remark VARCHAR(1000),
    PRIMARY KEY (message_id, user_id),
    CONSTRAINT message_feedback_rating_check CHECK (rating IN (-1, 1)),
    CONSTRAINT message_feedback_message_id_fkey
        FOREIGN KEY (message_id) REFERENCES messages (id) ON DELETE CASCADE,
    CONSTRAINT message_feedback_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
);

-- brant:downgrade
DROP TABLE message_feedback;
