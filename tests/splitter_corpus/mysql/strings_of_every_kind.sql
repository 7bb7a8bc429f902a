CREATE TABLE s (id INT AUTO_INCREMENT PRIMARY KEY, v TEXT);
INSERT INTO s (v) VALUES ('plain;'), ("double;"), ('it''s;'), ("say ""hi"";"), ('back\'slash;'), ('end\\');
INSERT INTO s (v) VALUES ('-- no comment
# nor this;
/* nor; this'), ('*/');
INSERT INTO s (v) VALUES (N'national;'), (_utf8mb4'intro;'), (X'3B'), (0x3B), (b'0111011'), ('a' ';' 'b');
INSERT INTO s (v) VALUES ('DELIMITER //
'), ('ünïcödé; 漢字 '), ("`"), ('"'), ('\\\\;'), (''), ('');
ALTER TABLE s COMMENT = 'it''s; done', ADD COLUMN `odd;``name` INT;
