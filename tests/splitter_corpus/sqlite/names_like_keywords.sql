CREATE TABLE slot ([begin] INT, "end" INT, `trigger` INT, "case;" INT);
INSERT INTO slot ("begin", [end], `trigger`) VALUES (1, 2, 3);
SELECT "begin", [end], CASE WHEN [begin] > 1 THEN 1 END AS "end;" FROM slot;
CREATE TABLE [odd;name] (a);
CREATE VIEW `v;w` AS SELECT * FROM [odd;name];
