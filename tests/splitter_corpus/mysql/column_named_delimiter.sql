CREATE TABLE csv_format (
  id INT PRIMARY KEY,
  delimiter CHAR(1) NOT NULL,
  source VARCHAR(20),
  status INT
);
INSERT INTO csv_format (id, delimiter,
source,
status) VALUES (1, ';', 'file', 0);
UPDATE csv_format SET
delimiter = '|',
status = 1;
