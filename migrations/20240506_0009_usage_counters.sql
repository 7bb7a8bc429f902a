-- Count what each user uses, day by day
--
-- A base of its own: it revises nothing, so that the usage team can add to its
-- branch without merging each time. The label lets people write `usage@head`.
-- It needs the tables of another branch, which is what `Depends On` is for:
-- `brant upgrade usage@head` applies those first.
--
-- Revision ID: 77aa01b2c3d4
-- Revises:
-- Branch Labels: usage
-- Depends On: 6e0b8f43a917
-- Create Date: 2024-05-06 07:55:30+00:00

-- brant:upgrade
CREATE TABLE usage_daily (
    user_id VARCHAR(26) NOT NULL,
    day DATE NOT NULL,
    messages INTEGER NOT NULL DEFAULT 0,
    characters BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (user_id, day),
    CONSTRAINT usage_daily_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
);

-- brant:downgrade
DROP TABLE usage_daily;
