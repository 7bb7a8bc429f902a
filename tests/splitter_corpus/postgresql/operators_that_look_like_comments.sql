CREATE TABLE j (d jsonb);
SELECT d #>> '{a,b}', d #- '{a}', d @? '$.a', d ?| array['a;b'], 5 - -3, 2 * -1 FROM j;
SELECT 'a' ~ '^;', 'b' !~* ';', '{1,2}'::int[] && '{2;3}'::text::int[] WHERE false;
SELECT @ -5, |/ 25.0, 7 % 4, 2 ^ 3, 1 <-> 2
FROM (SELECT 1) AS q;
