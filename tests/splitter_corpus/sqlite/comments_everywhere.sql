-- leading; comment
/* block; /* no nesting; */
CREATE TABLE c ( -- it's; here
  a INT, /* don't; */
  b INT DEFAULT (5--3
  )
);
/**/ INSERT INTO c (a) VALUES (1 -- ;
); /* unfinished; comment at the end
