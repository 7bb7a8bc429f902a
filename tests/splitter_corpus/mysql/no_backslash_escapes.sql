CREATE TABLE p (path VARCHAR(50));
SET @saved = @@sql_mode, SESSION sql_mode = 'NO_BACKSLASH_ESCAPES,ANSI_QUOTES';
INSERT INTO "p" VALUES ('C:\'), ('D:\;');
SELECT "path" FROM "p" WHERE path <> '\' OR path = ';\';
SET sql_mode = @saved;
INSERT INTO p VALUES ('it\'s;'), ("\";");
