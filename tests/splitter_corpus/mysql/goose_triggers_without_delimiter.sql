-- +goose Up
CREATE TABLE stock (item INT PRIMARY KEY, quantity INT, note VARCHAR(20));
CREATE TABLE stock_log (item INT, what VARCHAR(20));
-- +goose StatementBegin
CREATE TRIGGER stock_ai AFTER INSERT ON stock FOR EACH ROW INSERT INTO stock_log VALUES (NEW.item, 'insert');
-- +goose StatementEnd
CREATE TRIGGER stock_bu BEFORE UPDATE ON stock FOR EACH ROW
  SET NEW.note = CASE WHEN NEW.quantity = 0 THEN 'gone' ELSE IF(NEW.quantity < 3, 'few', NULL) END;
CREATE TRIGGER stock_au AFTER UPDATE ON stock FOR EACH ROW
BEGIN
  CASE NEW.quantity
    WHEN 0 THEN INSERT INTO stock_log VALUES (NEW.item, 'empty');
    ELSE BEGIN END;
  END CASE;
END;
INSERT INTO stock VALUES (1, 5, NULL);
UPDATE stock SET quantity = 0;
