;;
; -- nothing;
/* nothing; /* either; */ */;
CREATE TABLE e ();;
 ;INSERT INTO e DEFAULT VALUES  ;	;
INSERT INTO e DEFAULT VALUES
