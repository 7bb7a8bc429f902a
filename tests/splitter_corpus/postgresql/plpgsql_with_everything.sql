CREATE PROCEDURE batch() LANGUAGE plpgsql AS $proc$
<<outer>>
DECLARE
  r record;
  c CURSOR FOR SELECT 1;
BEGIN
  FOR r IN SELECT generate_series(1, 3) AS n LOOP
    CASE r.n
      WHEN 1 THEN RAISE NOTICE 'one;';
      ELSE NULL;
    END CASE;
    COMMIT;
  END LOOP;
  BEGIN
    PERFORM 1/0;
  EXCEPTION WHEN division_by_zero THEN
    RAISE NOTICE '%', 'caught; $$';
  END;
END outer;
$proc$;
CALL batch();
