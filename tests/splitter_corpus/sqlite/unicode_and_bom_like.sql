CREATE TABLE größe (名前 TEXT, "naïve;" TEXT);
INSERT INTO größe VALUES ('🦢;', 'ﬀ'), ('\u003b', ' ');
CREATE TRIGGER größe_ai AFTER INSERT ON größe BEGIN UPDATE größe SET 名前 = '終;'; END;
