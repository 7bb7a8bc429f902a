	DELIMITER $$ -- dollars from here
CREATE PROCEDURE a() BEGIN SELECT 1; END$$
  delimiter '//'
CREATE PROCEDURE b() BEGIN SELECT '//', 1; END//
Delimiter end_of_stmt
CREATE PROCEDURE c() BEGIN SELECT 1; END end_of_stmt
DELIMITER ;
CREATE PROCEDURE d() SELECT 1;
