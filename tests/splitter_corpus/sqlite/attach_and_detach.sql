CREATE TABLE main.a (x);
CREATE TABLE temp.a (x);
INSERT INTO temp.a SELECT * FROM main.a;
DROP TABLE temp.a;
