CREATE TABLE t (a int, b text);
COPY t FROM '/srv/data;1.csv' WITH (FORMAT csv, HEADER, DELIMITER ';', QUOTE '"');
COPY (SELECT 1) TO '/srv/out.csv';
COPY t FROM PROGRAM 'gunzip -c /srv/a.gz; true';
