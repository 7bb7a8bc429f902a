/* header; with 'quotes" */
-- ----------------------------
-- Table structure for `a`
-- ----------------------------
CREATE /* why; not */ TABLE `a` ( -- the ; table
  `x` INT, # it's x;
  `y` INT --	tab after the dashes;
  , `z` INT DEFAULT '5' --
);
--------------------------------
--no blank behind the dashes; still a comment for the client
INSERT INTO a (x) VALUES (5--3); -- is 8
/**/INSERT INTO a (x) VALUES (6 /* / * nested? / */ );/* no newline at the end */
# last
-- no newline