# a comment; before
CREATE TABLE t (a INT) # another; comment
;
DELIMITER #
CREATE TRIGGER t_bi BEFORE INSERT ON t FOR EACH ROW
BEGIN
  SET NEW.a = NEW.a + 1;
END #
INSERT INTO t VALUES (1) #
DELIMITER ;
# once more; a comment
INSERT INTO t VALUES (2);
