-- Give every user a handle
--
-- A data migration: the column is added empty, filled from the address's local
-- part, and only then held to be unique. Of users who share a local part the
-- first keeps it, and the others get part of their id behind it.
--
-- Revision ID: 90d7a2c5e18f
-- Revises: e29f06d4b8a3
-- Create Date: 2024-04-16 13:17:44+00:00

-- brant:upgrade postgresql
ALTER TABLE users ADD COLUMN handle VARCHAR(150);

-- lint:allow BR602 there are a few thousand users: it takes milliseconds
UPDATE users SET handle = lower(split_part(email, '@', 1));

UPDATE users SET handle = handle || '-' || lower(right(id, 8))
WHERE EXISTS (SELECT 1 FROM users AS earlier WHERE earlier.handle = users.handle AND earlier.id < users.id);

-- lint:allow BR406 there are a few thousand users
ALTER TABLE users ALTER COLUMN handle SET NOT NULL;
-- lint:allow BR101 there are a few thousand users
CREATE UNIQUE INDEX users_handle_key ON users (handle);

-- brant:upgrade sqlite
-- SQLite can't make an existing column NOT NULL without a rebuild (see 0014).
ALTER TABLE users ADD COLUMN handle VARCHAR(150);

UPDATE users SET handle = lower(substr(email, 1, instr(email || '@', '@') - 1));

UPDATE users SET handle = handle || '-' || lower(substr(id, -8))
WHERE EXISTS (SELECT 1 FROM users AS earlier WHERE earlier.handle = users.handle AND earlier.id < users.id);

CREATE UNIQUE INDEX users_handle_key ON users (handle);

-- brant:upgrade mysql
ALTER TABLE users ADD COLUMN handle VARCHAR(150);

UPDATE users SET handle = LOWER(SUBSTRING_INDEX(email, '@', 1));

-- MySQL does not read from a table that it updates, but from a derived one.
UPDATE users
JOIN (
    SELECT handle, MIN(id) AS first_id FROM users GROUP BY handle
) AS taken ON taken.handle = users.handle AND users.id > taken.first_id
SET users.handle = CONCAT(users.handle, '-', LOWER(RIGHT(users.id, 8)));

ALTER TABLE users MODIFY COLUMN handle VARCHAR(150) NOT NULL;
CREATE UNIQUE INDEX users_handle_key ON users (handle);

-- brant:downgrade
DROP INDEX users_handle_key;
ALTER TABLE users DROP COLUMN handle;

-- brant:downgrade mysql
-- One statement: MySQL's DDL is not transactional, so the fewer the better.
ALTER TABLE users DROP INDEX users_handle_key, DROP COLUMN handle;
