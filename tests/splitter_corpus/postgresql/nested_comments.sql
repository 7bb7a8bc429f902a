/* outer; /* inner; */ still 'outer */
CREATE /* /* /* deep; */ */ */ TABLE c ( -- it's; one
  a int, /* don't; */
  b int --
);
-- ;
/**/ INSERT INTO c VALUES (5 --3;
-3, 4 /* * / */); -- last; without newline
--