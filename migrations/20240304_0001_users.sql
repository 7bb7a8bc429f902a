-- Create users
--
-- Everything that this file does is plain SQL that all three databases read the
-- same way, so one section serves them all.
--
-- Ids are ULIDs, which the application makes: they sort by time, and no database
-- has to hand out numbers.
--
-- Revision ID: 3d1f5a7c9e02
-- Revises:
-- Create Date: 2024-03-04 09:12:31+00:00

-- brant:upgrade
CREATE TABLE users (
    id VARCHAR(26) NOT NULL PRIMARY KEY,
    email VARCHAR(254) NOT NULL,
    display_name VARCHAR(120) NOT NULL,
    created_at TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
    CONSTRAINT users_email_key UNIQUE (email)
);

-- brant:downgrade
DROP TABLE users;
