-- Create profiles
--
-- One row for each user who filled it in. The foreign key is a constraint of the
-- table, with a name: MySQL reads `REFERENCES` behind a column and ignores it.
--
-- Revision ID: 8a5d31c0f2b6
-- Revises: 3d1f5a7c9e02
-- Create Date: 2024-03-05 14:40:02+00:00

-- brant:upgrade
CREATE TABLE profiles (
    user_id VARCHAR(26) NOT NULL PRIMARY KEY,
    locale VARCHAR(35) NOT NULL DEFAULT 'en',
    time_zone VARCHAR(64) NOT NULL DEFAULT 'UTC',
    bio VARCHAR(500),
    CONSTRAINT profiles_user_id_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
);

-- brant:downgrade
DROP TABLE profiles;
