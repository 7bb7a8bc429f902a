SELECT 1.5e-3, 0x3B, .5;
SELECT -1, +1, ~1, 1 << 2, 'a' || 'b', 1 <> 2, 1 == 1;
SELECT 7 % 3; SELECT 1 AS "a
b;";
