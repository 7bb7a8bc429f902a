PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE album(id INTEGER PRIMARY KEY, title TEXT, cover BLOB);
INSERT INTO album VALUES(1,'One; two',X'89504e47');
INSERT INTO album VALUES(2,replace('a\nb;','\n',char(10)),NULL);
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('album',2);
CREATE VIEW titles AS SELECT title FROM album;
COMMIT;
