CREATE VIRTUAL TABLE doc USING fts5(title, body, content='', tokenize = "unicode61 tokenchars ';'");
CREATE VIRTUAL TABLE IF NOT EXISTS geo USING rtree(id, minx, maxx, +label TEXT);
INSERT INTO doc(doc, rank) VALUES ('rank', 'bm25(10.0, 5.0);');
CREATE TRIGGER doc_ai AFTER INSERT ON c BEGIN
  INSERT INTO doc(rowid, title) VALUES (new.rowid, new.title);
END;
