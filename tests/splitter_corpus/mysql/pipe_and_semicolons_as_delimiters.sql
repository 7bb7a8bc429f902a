CREATE TABLE counter (n INT);
delimiter |
CREATE TRIGGER c1 BEFORE INSERT ON counter
  FOR EACH ROW
  BEGIN
    SET NEW.n = NEW.n + 8;
  END;
|
delimiter ;;
CREATE PROCEDURE bump() BEGIN UPDATE counter SET n = n + 1; SELECT n FROM counter; END;;
delimiter ;
INSERT INTO counter VALUES (1);
CALL bump();
