-- Store times with their zone on PostgreSQL
--
-- PostgreSQL's TIMESTAMP is a wall clock's reading without a place; until now
-- all of them were meant as UTC. MySQL's TIMESTAMP is UTC by itself and SQLite
-- has text: nothing to do there, which the empty section says. Without it, a
-- database that no section names would be an error.
--
-- Revision ID: 85fd6b20c94a
-- Revises: 49e7d0a6b1c8
-- Create Date: 2024-09-30 06:58:21+00:00

-- brant:upgrade
-- Nothing to do.

-- brant:upgrade postgresql
-- lint:allow BR201 it runs at night, while the application is stopped

ALTER TABLE users
    ALTER COLUMN created_at TYPE TIMESTAMP WITH TIME ZONE USING created_at AT TIME ZONE 'UTC',
    ALTER COLUMN updated_at TYPE TIMESTAMP WITH TIME ZONE USING updated_at AT TIME ZONE 'UTC';
ALTER TABLE conversations
    ALTER COLUMN created_at TYPE TIMESTAMP WITH TIME ZONE USING created_at AT TIME ZONE 'UTC',
    ALTER COLUMN archived_at TYPE TIMESTAMP WITH TIME ZONE USING archived_at AT TIME ZONE 'UTC',
    ALTER COLUMN deleted_at TYPE TIMESTAMP WITH TIME ZONE USING deleted_at AT TIME ZONE 'UTC';
ALTER TABLE messages
    ALTER COLUMN created_at TYPE TIMESTAMP WITH TIME ZONE USING created_at AT TIME ZONE 'UTC';

-- brant:downgrade
-- Nothing to do.

-- brant:downgrade postgresql
ALTER TABLE messages
    ALTER COLUMN created_at TYPE TIMESTAMP USING created_at AT TIME ZONE 'UTC';
ALTER TABLE conversations
    ALTER COLUMN deleted_at TYPE TIMESTAMP USING deleted_at AT TIME ZONE 'UTC',
    ALTER COLUMN archived_at TYPE TIMESTAMP USING archived_at AT TIME ZONE 'UTC',
    ALTER COLUMN created_at TYPE TIMESTAMP USING created_at AT TIME ZONE 'UTC';
ALTER TABLE users
    ALTER COLUMN updated_at TYPE TIMESTAMP USING updated_at AT TIME ZONE 'UTC',
    ALTER COLUMN created_at TYPE TIMESTAMP USING created_at AT TIME ZONE 'UTC';
