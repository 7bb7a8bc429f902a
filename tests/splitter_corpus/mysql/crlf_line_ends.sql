-- Windows; file
CREATE TABLE w (
  a INT, -- it's a;
  b TEXT
);
DELIMITER //
CREATE TRIGGER w_bi BEFORE INSERT ON w FOR EACH ROW
BEGIN
  IF NEW.a IS NULL THEN
    SET NEW.a = 1;
  END IF;
END//
DELIMITER ;
INSERT INTO w (b) VALUES ('line
end;');
