-- Record when a user was last changed
--
-- Revision ID: 49e7d0a6b1c8
-- Revises: f3c2718b5d0e
-- Create Date: 2024-09-05 17:21:33+00:00

-- brant:upgrade postgresql
ALTER TABLE users ADD COLUMN updated_at TIMESTAMP;

-- $$ and $function$ quote the same way; the words between them are free text to
-- SQL, and a program to PL/pgSQL.
CREATE FUNCTION touch_updated_at() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.updated_at := CURRENT_TIMESTAMP;
    RETURN NEW;
END;
$$;

CREATE TRIGGER users_touch BEFORE UPDATE ON users
FOR EACH ROW WHEN (OLD.* IS DISTINCT FROM NEW.*) EXECUTE FUNCTION touch_updated_at();

-- brant:upgrade sqlite
ALTER TABLE users ADD COLUMN updated_at TIMESTAMP;

-- A trigger of SQLite can't change the row before it is written, only after.
-- Its own UPDATE does not fire it again: recursive triggers are off by default.
CREATE TRIGGER users_touch AFTER UPDATE OF email, display_name, handle ON users
BEGIN
    UPDATE users SET updated_at = CURRENT_TIMESTAMP WHERE id = NEW.id;
END;

-- brant:upgrade mysql
-- MySQL needs no trigger for this.
ALTER TABLE users ADD COLUMN updated_at TIMESTAMP NULL ON UPDATE CURRENT_TIMESTAMP;

-- brant:downgrade postgresql
DROP TRIGGER users_touch ON users;
DROP FUNCTION touch_updated_at();
ALTER TABLE users DROP COLUMN updated_at;

-- brant:downgrade sqlite
DROP TRIGGER users_touch;
ALTER TABLE users DROP COLUMN updated_at;

-- brant:downgrade mysql
ALTER TABLE users DROP COLUMN updated_at;
