CREATE TABLE t (a int);
\connect other
SELECT 1;
