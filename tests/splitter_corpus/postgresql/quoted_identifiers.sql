CREATE TABLE "odd;table" ("a""b;" int, "select" text, U&"d\0061ta;" int, "--x" int, "/*" int, "$$" int);
ALTER TABLE "odd;table" RENAME COLUMN "--x" TO "x'";
COMMENT ON COLUMN "odd;table"."x'" IS $$it's; "quoted"$$;
SELECT "$$", "/*", "x'" FROM "odd;table"; SELECT ';' AS ";";
