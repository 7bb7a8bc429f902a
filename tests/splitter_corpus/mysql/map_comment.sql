/*Map of the colours; it's no conditional comment*/
CREATE TABLE colour (
  id INT PRIMARY KEY, /*M for main*/
  hex CHAR(7) NOT NULL DEFAULT '#000000' /* don't; forget the # */
);
/*Table data for `colour`;*/
INSERT INTO colour (id, hex) VALUES (1, '#FF0000'), /* red; */ (2, '#00FF00');
