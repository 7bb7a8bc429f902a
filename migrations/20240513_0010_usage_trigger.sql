-- Keep the usage counters by a trigger
--
-- Bodies of functions and triggers hold semicolons, quotes and, on PostgreSQL,
-- dollar quotes within dollar quotes. Write them as they are: where a statement
-- ends is decided by the database's own parser, not by looking for semicolons.
--
-- Revision ID: c5b3d98e6f10
-- Revises: 77aa01b2c3d4
-- Create Date: 2024-05-13 15:03:18+00:00

-- brant:upgrade postgresql
CREATE FUNCTION count_usage() RETURNS trigger LANGUAGE plpgsql AS $function$
DECLARE
    owner_id users.id%TYPE;
BEGIN
    SELECT user_id INTO owner_id FROM conversations WHERE id = NEW.conversation_id;
    IF owner_id IS NULL THEN
        RAISE EXCEPTION USING MESSAGE =
            format($message$conversation "%s" is nobody's; it can't be counted$message$, NEW.conversation_id);
    END IF;
    INSERT INTO usage_daily (user_id, day, messages, characters)
    VALUES (owner_id, (CURRENT_TIMESTAMP AT TIME ZONE 'UTC')::date, 1, length(NEW.content))
    ON CONFLICT (user_id, day) DO UPDATE
    SET messages = usage_daily.messages + 1,
        characters = usage_daily.characters + excluded.characters;
    RETURN NULL;
END;
$function$;

CREATE TRIGGER messages_count_usage AFTER INSERT ON messages
FOR EACH ROW EXECUTE FUNCTION count_usage();

-- brant:upgrade sqlite
CREATE TRIGGER messages_count_usage AFTER INSERT ON messages
BEGIN
    SELECT CASE
        WHEN NOT EXISTS (SELECT 1 FROM conversations WHERE id = NEW.conversation_id)
        THEN RAISE(ABORT, 'conversation is nobody''s; it can''t be counted')
    END;
    INSERT INTO usage_daily (user_id, day, messages, characters)
    SELECT user_id, date('now'), 1, length(NEW.content)
    FROM conversations WHERE id = NEW.conversation_id
    ON CONFLICT (user_id, day) DO UPDATE
    SET messages = messages + 1, characters = characters + excluded.characters;
END;

-- brant:upgrade mysql
-- DELIMITER is a command of the mysql client, which Brant understands too; so
-- the section also runs when it is pasted there.
DELIMITER //
CREATE TRIGGER messages_count_usage AFTER INSERT ON messages
FOR EACH ROW
BEGIN
    DECLARE owner_id VARCHAR(26);
    SELECT user_id INTO owner_id FROM conversations WHERE id = NEW.conversation_id;
    IF owner_id IS NULL THEN
        SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'conversation is nobody''s; it can''t be counted';
    END IF;
    INSERT INTO usage_daily (user_id, day, messages, characters)
    VALUES (owner_id, UTC_DATE(), 1, CHAR_LENGTH(NEW.content))
    ON DUPLICATE KEY UPDATE messages = messages + 1, characters = characters + VALUES(characters);
END//
DELIMITER ;

-- brant:downgrade postgresql
DROP TRIGGER messages_count_usage ON messages;
DROP FUNCTION count_usage();

-- brant:downgrade mysql,sqlite
DROP TRIGGER messages_count_usage;
