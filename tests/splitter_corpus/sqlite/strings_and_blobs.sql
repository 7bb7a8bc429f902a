CREATE TABLE s (v);
INSERT INTO s VALUES ('a;b'), ('it''s;'), ("c;d"), (x'3b'), (X''), ('C:\'), ('--'), ('/*');
INSERT INTO s VALUES ('line
; two'), (char(59)), ('$$'), ('é—漢;');
SELECT v || ';' FROM s WHERE v LIKE '%;%' ESCAPE '\';
