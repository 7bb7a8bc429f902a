-- Adds a column only where it is missing.
CREATE TABLE customer (id BIGINT PRIMARY KEY);
DROP PROCEDURE IF EXISTS add_column_if_missing;
DELIMITER //
CREATE PROCEDURE add_column_if_missing()
BEGIN
    IF NOT EXISTS(SELECT NULL FROM INFORMATION_SCHEMA.COLUMNS
                  WHERE table_name = 'customer' AND table_schema = DATABASE() AND column_name = 'vip')
    THEN
        ALTER TABLE customer ADD COLUMN vip TINYINT(1) NOT NULL DEFAULT 0;
    END IF;
END //
DELIMITER ;
CALL add_column_if_missing();
CALL add_column_if_missing();
DROP PROCEDURE add_column_if_missing;
