CREATE TABLE s (v text, b bytea);
INSERT INTO s VALUES (E'it\'s; escaped', '\x3b'), ('backslash\', E'\\;'), ('it''s;', NULL);
INSERT INTO s (v) VALUES (U&'d\0061t\+000061;'), (U&'!003b' UESCAPE '!'), (N'n;'), ('two'
';lines');
INSERT INTO s (v) VALUES (e'tab\tsemicolon;\\'), (E'\\\';');
SELECT B'101', X'1FF', "s"."v" AS "odd;""name" FROM "s" WHERE v = '--' OR v = '/*';
