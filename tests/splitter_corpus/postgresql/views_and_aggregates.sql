CREATE VIEW v AS SELECT 1 AS a, 'x;y'::text AS b;
CREATE OR REPLACE VIEW v AS SELECT 1 AS a, 'x;z'::text AS b, 3 AS c WITH CASCADED CHECK OPTION;
CREATE MATERIALIZED VIEW m AS TABLE v WITH NO DATA;
REFRESH MATERIALIZED VIEW m;
CREATE AGGREGATE my_sum (int) (sfunc = int4pl, stype = int, initcond = '0');
CREATE OPERATOR === (leftarg = int, rightarg = int, function = int4eq);
CREATE CAST (text AS int) WITH INOUT AS ASSIGNMENT;
