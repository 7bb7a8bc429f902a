;;
; -- nothing;
/* nothing; either */;
CREATE TABLE e (a);;
 ;INSERT INTO e VALUES (1)  ;	;
INSERT INTO e VALUES (2)
