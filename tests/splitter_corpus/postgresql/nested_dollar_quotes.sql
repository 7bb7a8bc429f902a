CREATE OR REPLACE FUNCTION make_function(name text) RETURNS void AS $outer$
DECLARE
  body text := $body$ SELECT $inner$ it's; nested $inner$; $body$;
BEGIN
  EXECUTE format($sql$
    CREATE OR REPLACE FUNCTION %I() RETURNS text LANGUAGE sql AS $f$ SELECT 'x;y'; $f$;
  $sql$, name);
  EXECUTE $$ SELECT 1; $$;
END;
$outer$ LANGUAGE plpgsql;
SELECT make_function('generated');
SELECT $$;$$, $a$ $$ ; $$ $a$, $é$ ; $é$;
