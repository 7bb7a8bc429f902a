CREATE TABLE trigger_log (begin_at TEXT, end_at TEXT);
CREATE INDEX trigger_begin ON trigger_log (begin_at);
CREATE TEMPORARY TABLE "trigger" (a);
CREATE TEMP VIEW begin_view AS SELECT 1;
INSERT INTO trigger_log VALUES ('BEGIN', 'END;');
