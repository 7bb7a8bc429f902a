CREATE FUNCTION g(a$1 int) RETURNS int LANGUAGE sql AS $function$ SELECT $1 + 1 $function$;
CREATE FUNCTION h(int, int) RETURNS int LANGUAGE sql AS $h$SELECT $1+$2;$h$;
SELECT 1 AS a$b$c; SELECT 2 AS x$$y;
