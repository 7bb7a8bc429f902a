// Each rule with what it finds, and with near misses that it must not find.

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "agent/schema/lint/rule.h"
#include "agent/schema/lint/testing.h"
#include "gtest/gtest.h"

namespace brant {
namespace {

constexpr Dialect kPg = Dialect::kPostgresql;
constexpr Dialect kLite = Dialect::kSqlite;
constexpr Dialect kMy = Dialect::kMysql;

struct Case {
  Dialect dialect;
  absl::string_view rule;
  // How often the rule is found.
  int count;
  // The upgrade's statements.
  absl::string_view sql;
  // Revisions before.
  absl::string_view before = "";
  absl::string_view options = "";
};

constexpr absl::string_view kOff = " transaction:off";

const Case kCases[] = {
    {kPg, "refused-statement", 1, "\\d t"},
    {kPg, "refused-statement", 1, "COPY t FROM stdin"},
    {kPg, "refused-statement", 0, "COPY t FROM '/x'; SOMETHING NEW;"},

    {kPg, "syntax-error", 1, "CREATE TABL t (id int)"},
    {kPg, "syntax-error", 2,
     "CREATE TABLE t (id int,); SELECT 1; ALTER TABLE t ADD COLUM n text x"},
    {kPg, "syntax-error", 0, "CREATE TABLE t (id int); DO $$ BEGIN nonsense END $$"},
    {kPg, "syntax-error", 0, "\\d t"},
    {kLite, "syntax-error", 0, "CREATE TABL t (id int)"},

    {kPg, "blocking-index", 1, "CREATE INDEX i ON t (a)"},
    {kPg, "blocking-index", 1, "CREATE UNIQUE INDEX IF NOT EXISTS i ON app.t (a)"},
    {kPg, "blocking-index", 1, "CREATE TABLE u (a int); CREATE INDEX i ON t (a)"},
    {kPg, "blocking-index", 0, "CREATE INDEX CONCURRENTLY i ON t (a)", "", kOff},
    {kPg, "blocking-index", 0, "CREATE TABLE t (a int); CREATE INDEX i ON t (a)"},
    {kPg, "blocking-index", 0, "CREATE TABLE public.\"T\" (a int); CREATE INDEX i ON \"T\" (a)"},
    {kPg, "blocking-index", 0, "CREATE TABLE n AS SELECT 1 AS a; CREATE INDEX i ON n (a)"},
    {kPg, "blocking-index", 0, "SELECT 1 AS a INTO n; CREATE INDEX i ON n (a)"},
    {kPg, "blocking-index", 0,
     "CREATE MATERIALIZED VIEW m AS SELECT 1 AS a; CREATE INDEX i ON m (a)"},
    {kPg, "blocking-index", 0,
     "CREATE TABLE n (a int); ALTER TABLE n RENAME TO t; CREATE INDEX i ON t (a)"},
    {kLite, "blocking-index", 0, "CREATE INDEX i ON t (a)"},

    {kPg, "blocking-index-drop", 1, "DROP INDEX i"},
    {kPg, "blocking-index-drop", 2, "DROP INDEX i, app.j"},
    {kPg, "blocking-index-drop", 0, "DROP INDEX CONCURRENTLY i", "", kOff},
    {kPg, "blocking-index-drop", 0,
     "CREATE TABLE t (a int); CREATE INDEX i ON t (a); DROP INDEX i"},

    {kPg, "not-in-transaction", 1, "CREATE INDEX CONCURRENTLY i ON t (a)"},
    {kPg, "not-in-transaction", 1, "DROP INDEX CONCURRENTLY i"},
    {kPg, "not-in-transaction", 1, "BEGIN; DROP INDEX CONCURRENTLY i; COMMIT", "", kOff},
    {kPg, "not-in-transaction", 1, "VACUUM t"},
    {kPg, "not-in-transaction", 1, "REINDEX INDEX CONCURRENTLY i"},
    {kPg, "not-in-transaction", 1, "ALTER TABLE t DETACH PARTITION p CONCURRENTLY"},
    {kPg, "not-in-transaction", 0, "VACUUM t", "", kOff},
    {kPg, "not-in-transaction", 0, "BEGIN; SELECT 1; COMMIT; VACUUM t"},
    {kPg, "not-in-transaction", 0, "ANALYZE t; REINDEX TABLE t; ALTER TABLE t DETACH PARTITION p"},
    {kPg, "not-in-transaction", 0,
     "BEGIN; CREATE TABLE t (a int); COMMIT; CREATE INDEX CONCURRENTLY i ON t (a)", "", kOff},
    {kPg, "not-in-transaction", 0, "REFRESH MATERIALIZED VIEW CONCURRENTLY m"},

    {kPg, "blocking-reindex", 1, "REINDEX TABLE t"},
    {kPg, "blocking-reindex", 0, "REINDEX (CONCURRENTLY) TABLE t", "", kOff},

    {kPg, "several-without-transaction", 1,
     "CREATE INDEX CONCURRENTLY i ON t (a); CREATE INDEX CONCURRENTLY j ON t (b)", "", kOff},
    {kPg, "several-without-transaction", 0,
     "SET statement_timeout = 0; CREATE INDEX CONCURRENTLY i ON t (a); ANALYZE t", "", kOff},
    {kPg, "several-without-transaction", 0,
     "BEGIN; CREATE TABLE a (a int); CREATE TABLE b (b int); COMMIT", "", kOff},
    {kPg, "several-without-transaction", 0, "CREATE TABLE a (a int); CREATE TABLE b (b int)"},

    {kPg, "column-type-change", 1, "ALTER TABLE t ALTER COLUMN a TYPE bigint"},
    {kPg, "column-type-change", 1, "ALTER TABLE t ALTER COLUMN a TYPE text USING a::text"},
    {kPg, "column-type-change", 1, "ALTER TABLE t ALTER a TYPE text", "CREATE TABLE t (a int)"},
    {kPg, "column-type-change", 1, "ALTER TABLE t ALTER a TYPE timestamptz",
     "CREATE TABLE t (a timestamp)"},
    {kPg, "column-type-change", 1, "ALTER TABLE t ALTER a TYPE numeric(12,3)",
     "CREATE TABLE t (a numeric(12,2))"},
    {kPg, "column-type-change", 0, "ALTER TABLE t ALTER COLUMN a TYPE text"},
    {kPg, "column-type-change", 0, "ALTER TABLE t ALTER COLUMN a TYPE varchar(300)",
     "CREATE TABLE t (a varchar(200))"},
    {kPg, "column-type-change", 0, "ALTER TABLE t ALTER COLUMN a TYPE text",
     "CREATE TABLE t (a varchar(200))"},
    {kPg, "column-type-change", 0, "ALTER TABLE t ALTER COLUMN a TYPE numeric(14,2)",
     "CREATE TABLE t (a numeric(12,2))"},
    {kPg, "column-type-change", 0, "ALTER TABLE t ALTER COLUMN a TYPE bigint",
     "CREATE TABLE t (a int8)"},
    {kPg, "column-type-change", 0, "CREATE TABLE t (a int); ALTER TABLE t ALTER a TYPE bigint"},
    {kPg, "column-type-change", 0, "ALTER TABLE t ALTER COLUMN a SET DEFAULT 1"},

    {kPg, "volatile-default", 1, "ALTER TABLE t ADD a uuid DEFAULT gen_random_uuid()"},
    {kPg, "volatile-default", 1, "ALTER TABLE t ADD a text DEFAULT md5(random()::text)"},
    {kPg, "volatile-default", 1, "ALTER TABLE t ADD a timestamptz DEFAULT clock_timestamp()"},
    {kPg, "volatile-default", 0, "ALTER TABLE t ADD a timestamptz DEFAULT now()"},
    {kPg, "volatile-default", 0, "ALTER TABLE t ADD a timestamptz DEFAULT CURRENT_TIMESTAMP"},
    {kPg, "volatile-default", 0, "ALTER TABLE t ADD a int DEFAULT 1 + 1"},
    {kPg, "volatile-default", 0,
     "ALTER TABLE t ADD a uuid; ALTER TABLE t ALTER a SET DEFAULT gen_random_uuid()"},
    {kPg, "volatile-default", 0, "CREATE TABLE t (a uuid DEFAULT gen_random_uuid())"},

    {kPg, "stored-generated-column", 1,
     "ALTER TABLE t ADD b int GENERATED ALWAYS AS (a + 1) STORED"},
    {kPg, "stored-generated-column", 0,
     "CREATE TABLE t (a int, b int GENERATED ALWAYS AS (a + 1) STORED)"},

    {kPg, "numbered-column", 1, "ALTER TABLE t ADD id bigserial"},
    {kPg, "numbered-column", 1, "ALTER TABLE t ADD id bigint GENERATED BY DEFAULT AS IDENTITY"},
    {kPg, "numbered-column", 0, "ALTER TABLE t ADD id bigint"},
    {kPg, "numbered-column", 0, "CREATE TABLE t (id bigserial)"},
    {kPg, "numbered-column", 0, "ALTER TABLE t ALTER id ADD GENERATED ALWAYS AS IDENTITY"},

    {kPg, "table-rewrite", 1, "ALTER TABLE t SET UNLOGGED"},
    {kPg, "table-rewrite", 1, "ALTER TABLE t SET TABLESPACE fast"},
    {kPg, "table-rewrite", 0, "ALTER TABLE t SET (fillfactor = 70)"},
    {kPg, "table-rewrite", 0, "ALTER INDEX i SET TABLESPACE fast"},

    {kPg, "vacuum-full", 1, "VACUUM FULL t", "", kOff},
    {kPg, "vacuum-full", 1, "VACUUM (ANALYZE, FULL) t", "", kOff},
    {kPg, "vacuum-full", 1, "CLUSTER t USING i"},
    {kPg, "vacuum-full", 0, "VACUUM (ANALYZE) t", "", kOff},

    {kPg, "blocking-refresh", 1, "REFRESH MATERIALIZED VIEW m"},
    {kPg, "blocking-refresh", 0, "REFRESH MATERIALIZED VIEW CONCURRENTLY m"},
    {kPg, "blocking-refresh", 0,
     "CREATE MATERIALIZED VIEW m AS SELECT 1 WITH NO DATA; REFRESH MATERIALIZED VIEW m"},

    {kPg, "drop-column", 1, "ALTER TABLE t DROP COLUMN a"},
    {kPg, "drop-column", 2, "ALTER TABLE t DROP a, DROP IF EXISTS b"},
    {kLite, "drop-column", 1, "ALTER TABLE \"t\" DROP COLUMN [a b]"},
    {kMy, "drop-column", 1, "ALTER TABLE `t` DROP `a`, DROP INDEX i, DROP PRIMARY KEY"},
    {kPg, "drop-column", 0, "ALTER TABLE t DROP CONSTRAINT a, ALTER b DROP NOT NULL"},
    {kPg, "drop-column", 0, "ALTER TABLE t ADD a int; ALTER TABLE t DROP a"},
    {kMy, "drop-column", 0,
     "ALTER TABLE t DROP INDEX a, DROP KEY b, DROP FOREIGN KEY c, DROP CONSTRAINT d, ALTER e DROP "
     "DEFAULT, DROP CHECK f"},

    {kPg, "drop-table", 1, "DROP TABLE IF EXISTS t"},
    {kMy, "drop-table", 2, "DROP TABLE a, `b`"},
    {kLite, "drop-table", 1, "/* DROP TABLE x; */ DROP TABLE main.t -- DROP TABLE u"},
    {kPg, "drop-table", 0, "CREATE TEMP TABLE t (a int); DROP TABLE t"},
    {kPg, "drop-table", 0, "DROP VIEW v; DROP FUNCTION f()"},
    {kMy, "drop-table", 0, "DROP TEMPORARY TABLE t"},
    {kPg, "drop-table", 0, "INSERT INTO notes VALUES ('DROP TABLE t')"},
    {kLite, "drop-table", 0,
     "CREATE TABLE n (a); INSERT INTO n SELECT a FROM t; DROP TABLE t; ALTER TABLE n RENAME TO t"},

    {kPg, "drop-schema", 1, "DROP SCHEMA s"},
    {kPg, "drop-schema", 0, "CREATE SCHEMA s"},
    {kPg, "drop-database", 1, "DROP DATABASE d", "", kOff},
    {kMy, "drop-database", 1, "DROP SCHEMA IF EXISTS d"},
    {kMy, "drop-database", 0, "CREATE DATABASE d"},

    {kPg, "drop-type", 1, "DROP TYPE role"},
    {kPg, "drop-type", 1, "DROP DOMAIN d"},
    {kPg, "drop-type", 0,
     "ALTER TYPE role RENAME TO role_old; CREATE TYPE role AS ENUM ('a'); DROP TYPE role_old"},

    {kPg, "truncate", 2, "TRUNCATE t, u"},
    {kMy, "truncate", 1, "TRUNCATE TABLE t"},
    {kPg, "truncate", 0, "CREATE TABLE t (a int); TRUNCATE t"},

    {kPg, "narrower-type", 1, "ALTER TABLE t ALTER a TYPE varchar(100)",
     "CREATE TABLE t (a varchar(200))"},
    {kPg, "narrower-type", 1, "ALTER TABLE t ALTER a TYPE int", "CREATE TABLE t (a bigint)"},
    {kPg, "narrower-type", 1, "ALTER TABLE t ALTER a TYPE varchar(9)",
     "CREATE TABLE t (b int); ALTER TABLE t ADD a text"},
    {kPg, "narrower-type", 1, "ALTER TABLE t ALTER a TYPE numeric(8,2)",
     "CREATE TABLE t (a numeric(12,2))"},
    {kPg, "narrower-type", 0, "ALTER TABLE t ALTER a TYPE varchar(100)"},
    {kPg, "narrower-type", 0, "ALTER TABLE t ALTER a TYPE bigint", "CREATE TABLE t (a int)"},
    {kPg, "narrower-type", 0, "ALTER TABLE t ALTER b TYPE int",
     "CREATE TABLE t (a bigint); ALTER TABLE t RENAME a TO b"},
    {kPg, "narrower-type", 0, "ALTER TABLE u ALTER a TYPE int",
     "CREATE TABLE t (a bigint); ALTER TABLE t RENAME TO u"},

    {kPg, "update-without-where", 1, "UPDATE t SET a = 1"},
    {kMy, "update-without-where", 1, "UPDATE t SET a = (SELECT 1 FROM u WHERE u.b = t.b), c = 2"},
    {kLite, "update-without-where", 1, "UPDATE OR IGNORE t SET a = 1"},
    {kPg, "update-without-where", 0, "UPDATE t SET a = 1 WHERE a IS NULL"},
    {kPg, "update-without-where", 0, "UPDATE t SET a = u.a FROM u"},
    {kPg, "update-without-where", 0, "ALTER TABLE t ADD a int; UPDATE t SET a = 1"},
    {kPg, "update-without-where", 0, "CREATE TABLE t (a int); UPDATE t SET a = 1"},
    {kMy, "update-without-where", 0, "UPDATE t JOIN u ON t.a = u.a SET t.b = u.b"},
    {kMy, "update-without-where", 0, "UPDATE t SET a = 1 LIMIT 10"},
    {kMy, "update-without-where", 0, "ALTER TABLE t ADD `a` int; UPDATE t SET t.a = 1"},

    {kPg, "delete-without-where", 1, "DELETE FROM t"},
    {kMy, "delete-without-where", 1, "DELETE FROM `t`"},
    {kPg, "delete-without-where", 0, "DELETE FROM t USING u WHERE t.a = u.a"},
    {kPg, "delete-without-where", 0,
     "WITH old AS (DELETE FROM t WHERE a = 1 RETURNING a) SELECT 1"},
    {kMy, "delete-without-where", 0, "DELETE t FROM t JOIN u ON t.a = u.a"},
    {kLite, "delete-without-where", 0, "DELETE FROM sqlite_sequence"},
    {kLite, "delete-without-where", 0,
     "CREATE TRIGGER g AFTER DELETE ON t BEGIN DELETE FROM u; END"},

    {kPg, "drop-cascade", 1, "DROP TABLE t CASCADE"},
    {kPg, "drop-cascade", 1, "ALTER TABLE t DROP COLUMN a CASCADE"},
    {kPg, "drop-cascade", 0, "DROP TABLE t RESTRICT"},
    {kPg, "drop-cascade", 0, "CREATE TABLE t (a int REFERENCES u ON DELETE CASCADE)"},

    {kPg, "foreign-key-scan", 1, "ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES u (a)"},
    {kPg, "foreign-key-scan", 1, "ALTER TABLE t ADD a int DEFAULT 1 REFERENCES u (a)"},
    {kPg, "foreign-key-scan", 0,
     "ALTER TABLE t ADD CONSTRAINT f FOREIGN KEY (a) REFERENCES u (a) NOT VALID"},
    {kPg, "foreign-key-scan", 0, "ALTER TABLE t ADD a int REFERENCES u (a)"},
    {kPg, "foreign-key-scan", 0,
     "CREATE TABLE t (a int); ALTER TABLE t ADD FOREIGN KEY (a) REFERENCES u (a)"},

    {kPg, "check-scan", 1, "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0)"},
    {kPg, "check-scan", 0, "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID"},
    {kPg, "check-scan", 0, "ALTER DOMAIN d ADD CONSTRAINT c CHECK (VALUE > 0)"},

    {kPg, "unique-constraint", 1, "ALTER TABLE t ADD CONSTRAINT u UNIQUE (a)"},
    {kPg, "unique-constraint", 1, "ALTER TABLE t ADD a int UNIQUE"},
    {kPg, "unique-constraint", 0, "ALTER TABLE t ADD CONSTRAINT u UNIQUE USING INDEX u"},

    {kPg, "primary-key", 1, "ALTER TABLE t ADD PRIMARY KEY (a)"},
    {kPg, "primary-key", 0, "ALTER TABLE t ADD CONSTRAINT p PRIMARY KEY USING INDEX p"},
    {kPg, "primary-key", 0, "CREATE TABLE t (a int); ALTER TABLE t ADD PRIMARY KEY (a)"},

    {kPg, "exclusion-constraint", 1,
     "ALTER TABLE t ADD CONSTRAINT x EXCLUDE USING gist (during WITH &&)"},
    {kPg, "exclusion-constraint", 0,
     "CREATE TABLE t (during tsrange, EXCLUDE USING gist (during WITH &&))"},

    {kPg, "set-not-null", 1, "ALTER TABLE t ALTER a SET NOT NULL"},
    {kPg, "set-not-null", 1, "ALTER TABLE t ALTER a SET NOT NULL",
     "ALTER TABLE t ADD CONSTRAINT c CHECK (b IS NOT NULL) NOT VALID"},
    {kPg, "set-not-null", 0, "ALTER TABLE t ALTER a SET NOT NULL",
     "ALTER TABLE t ADD CONSTRAINT c CHECK (a IS NOT NULL) NOT VALID"},
    {kPg, "set-not-null", 0, "ALTER TABLE t ALTER a DROP NOT NULL"},
    {kPg, "set-not-null", 0, "CREATE TABLE t (a int); ALTER TABLE t ALTER a SET NOT NULL"},

    {kPg, "validate-in-same-transaction", 1,
     "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID; ALTER TABLE t VALIDATE CONSTRAINT c"},
    {kPg, "validate-in-same-transaction", 0,
     "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID; ALTER TABLE t VALIDATE CONSTRAINT c",
     "", kOff},
    {kPg, "validate-in-same-transaction", 0,
     "ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID; ALTER TABLE t VALIDATE CONSTRAINT d"},
    {kPg, "validate-in-same-transaction", 0,
     "BEGIN; ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT VALID; COMMIT; BEGIN; ALTER TABLE t "
     "VALIDATE CONSTRAINT c; COMMIT"},

    {kPg, "not-null-without-default", 1, "ALTER TABLE t ADD a int NOT NULL"},
    {kPg, "not-null-without-default", 1, "ALTER TABLE t ADD a int NOT NULL DEFAULT NULL"},
    {kLite, "not-null-without-default", 1, "ALTER TABLE t ADD COLUMN a int NOT NULL"},
    {kPg, "not-null-without-default", 0, "ALTER TABLE t ADD a int NOT NULL DEFAULT 1"},
    {kPg, "not-null-without-default", 0,
     "ALTER TABLE t ADD a int GENERATED ALWAYS AS IDENTITY NOT NULL"},
    {kPg, "not-null-without-default", 0,
     "CREATE TABLE t (b int); ALTER TABLE t ADD a int NOT NULL"},
    {kLite, "not-null-without-default", 0, "ALTER TABLE t ADD a int NOT NULL DEFAULT 0"},
    {kLite, "not-null-without-default", 0, "ALTER TABLE t ADD a int NULL"},
    {kMy, "not-null-without-default", 0, "ALTER TABLE t ADD a int NOT NULL"},

    {kPg, "rename-table", 1, "ALTER TABLE t RENAME TO u"},
    {kMy, "rename-table", 2, "RENAME TABLE a TO b, c TO d"},
    {kMy, "rename-table", 1, "ALTER TABLE t RENAME u"},
    {kLite, "rename-table", 1, "ALTER TABLE t RENAME TO u"},
    {kPg, "rename-table", 0, "ALTER TABLE t RENAME TO u; CREATE VIEW t AS SELECT * FROM u"},
    {kPg, "rename-table", 0, "ALTER INDEX i RENAME TO j; ALTER SEQUENCE s RENAME TO q"},
    {kPg, "rename-table", 0, "ALTER TABLE t RENAME CONSTRAINT c TO d"},
    {kMy, "rename-table", 0, "ALTER TABLE t RENAME CONSTRAINT c TO d"},
    {kLite, "rename-table", 0, "ALTER TABLE t RENAME CONSTRAINT c TO d"},
    {kMy, "rename-table", 1, "ALTER TABLE t RENAME constraints"},
    {kMy, "rename-table", 0, "RENAME TABLE t TO t_old, t_new TO t"},

    {kPg, "rename-column", 1, "ALTER TABLE t RENAME a TO b"},
    {kLite, "rename-column", 1, "ALTER TABLE t RENAME a TO b"},
    {kMy, "rename-column", 1, "ALTER TABLE t CHANGE COLUMN `a` `b` int"},
    {kPg, "rename-column", 0, "CREATE TABLE t (a int); ALTER TABLE t RENAME a TO b"},
    {kMy, "rename-column", 0, "ALTER TABLE t CHANGE a `A` int, RENAME INDEX i TO j"},

    {kPg, "move-table", 1, "ALTER TABLE t SET SCHEMA old"},
    {kPg, "move-table", 0, "ALTER FUNCTION f() SET SCHEMA old"},

    {kPg, "rename-enum-value", 1, "ALTER TYPE role RENAME VALUE 'a' TO 'b'"},
    {kPg, "rename-enum-value", 0, "ALTER TYPE role ADD VALUE 'b'"},

    {kPg, "enum-value-used", 1, "ALTER TYPE r ADD VALUE 'b'; UPDATE t SET r = 'b' WHERE id = 1"},
    {kPg, "enum-value-used", 1,
     "ALTER TYPE r ADD VALUE 'b'; ALTER TABLE t ALTER r SET DEFAULT 'b'"},
    {kPg, "enum-value-used", 0, "ALTER TYPE r ADD VALUE 'b'; UPDATE t SET r = 'b' WHERE id = 1", "",
     kOff},
    {kPg, "enum-value-used", 0, "ALTER TYPE r ADD VALUE 'b'; UPDATE t SET r = 'bb' WHERE id = 1"},
    {kPg, "enum-value-used", 0, "ALTER TYPE r ADD VALUE 'b'; ALTER TYPE r ADD VALUE 'c' AFTER 'b'"},
    {kPg, "enum-value-used", 0,
     "CREATE TYPE r AS ENUM ('a'); ALTER TYPE r ADD VALUE 'b'; CREATE TABLE t (r r DEFAULT 'b')"},

    {kPg, "lock-table", 1, "LOCK TABLE t"},
    {kPg, "lock-table", 1, "LOCK TABLE t IN SHARE MODE"},
    {kMy, "lock-table", 1, "LOCK TABLES t WRITE; UNLOCK TABLES"},
    {kPg, "lock-table", 0, "LOCK TABLE t IN ROW EXCLUSIVE MODE"},
    {kMy, "lock-table", 0, "LOCK TABLES t READ"},
    {kMy, "lock-table", 0, "CREATE TABLE t (a int); LOCK TABLES t WRITE; UNLOCK TABLES"},

    {kPg, "data-under-lock", 1, "ALTER TABLE t ADD a int; UPDATE t SET a = 1; DELETE FROM u"},
    {kPg, "data-under-lock", 1, "ALTER TABLE t ADD a int; INSERT INTO u SELECT * FROM v"},
    {kPg, "data-under-lock", 0, "UPDATE t SET b = 1 WHERE c; ALTER TABLE t ADD a int"},
    {kPg, "data-under-lock", 0, "ALTER TABLE t ADD a int; INSERT INTO u VALUES (1)"},
    {kPg, "data-under-lock", 0, "ALTER TABLE t ADD a int; UPDATE u SET b = 1 WHERE name = 'x'"},
    {kPg, "data-under-lock", 0, "ALTER TABLE t ADD a int; UPDATE t SET a = 1", "", kOff},
    {kPg, "data-under-lock", 0,
     "CREATE TABLE t (a int); ALTER TABLE t ADD b int; UPDATE u SET b = 1"},
    {kPg, "data-under-lock", 0, "ALTER TABLE t VALIDATE CONSTRAINT c; UPDATE u SET b = 1 WHERE c"},

    {kPg, "schema-and-data", 1, "UPDATE t SET b = 1 WHERE c; ALTER TABLE t ADD a int"},
    {kLite, "schema-and-data", 1, "ALTER TABLE t ADD a int; UPDATE t SET a = 1"},
    {kPg, "schema-and-data", 0, "CREATE TABLE n (a int); UPDATE t SET b = 1 WHERE c"},
    {kPg, "schema-and-data", 0, "ALTER TABLE t ADD a int; INSERT INTO t VALUES (1)"},
    {kLite, "schema-and-data", 0, "UPDATE t SET a = 1"},

    {kPg, "char-type", 1, "CREATE TABLE t (a char(3))"},
    {kPg, "char-type", 0, "CREATE TABLE t (a varchar(3), b \"char\")"},
    {kPg, "json-type", 1, "ALTER TABLE t ADD a json"},
    {kPg, "json-type", 0, "ALTER TABLE t ADD a jsonb"},
    {kPg, "serial-type", 1, "CREATE TABLE t (a bigserial)"},
    {kPg, "serial-type", 0, "CREATE TABLE t (a bigint GENERATED ALWAYS AS IDENTITY)"},
    {kPg, "timestamp-without-zone", 2, "CREATE TABLE t (a timestamp, b timestamp(3))"},
    {kPg, "timestamp-without-zone", 0,
     "CREATE TABLE t (a timestamptz, b timestamp with time zone)"},
    {kLite, "timestamp-without-zone", 0, "CREATE TABLE t (a timestamp)"},
    {kPg, "small-key", 1, "CREATE TABLE t (a serial PRIMARY KEY)"},
    {kPg, "small-key", 1, "CREATE TABLE t (a int GENERATED ALWAYS AS IDENTITY, PRIMARY KEY (a))"},
    {kPg, "small-key", 0, "CREATE TABLE t (a bigserial PRIMARY KEY)"},
    {kPg, "small-key", 0, "CREATE TABLE t (country int PRIMARY KEY)"},
    {kPg, "small-key", 0, "CREATE TABLE t (a int, b int, PRIMARY KEY (a, b))"},

    {kLite, "rebuild-with-foreign-keys", 1,
     "PRAGMA foreign_keys = ON; CREATE TABLE n (a); DROP TABLE t; ALTER TABLE n RENAME TO t"},
    {kLite, "rebuild-with-foreign-keys", 1,
     "PRAGMA foreign_keys = ON; BEGIN; PRAGMA foreign_keys = OFF; CREATE TABLE n (a); DROP TABLE "
     "t; "
     "ALTER TABLE n RENAME TO t; COMMIT",
     "", kOff},
    {kLite, "rebuild-with-foreign-keys", 0,
     "PRAGMA foreign_keys = OFF; CREATE TABLE n (a); DROP TABLE t; ALTER TABLE n RENAME TO t"},
    {kLite, "rebuild-with-foreign-keys", 0,
     "CREATE TABLE n (a); DROP TABLE t; ALTER TABLE n RENAME TO t"},
    {kLite, "rebuild-with-foreign-keys", 0, "PRAGMA foreign_keys = ON; DROP TABLE t"},

    {kLite, "rebuild-without-check", 1,
     "CREATE TABLE n (a); DROP TABLE t; ALTER TABLE n RENAME TO t"},
    {kLite, "rebuild-without-check", 0,
     "CREATE TABLE n (a); DROP TABLE t; ALTER TABLE n RENAME TO t; PRAGMA foreign_key_check"},
    {kLite, "rebuild-without-check", 0,
     "CREATE TABLE n (a); DROP TABLE t; ALTER TABLE n RENAME TO t; INSERT INTO broken SELECT "
     "count(*) "
     "FROM pragma_foreign_key_check('t')"},

    {kLite, "column-not-addable", 1, "ALTER TABLE t ADD a int UNIQUE"},
    {kLite, "column-not-addable", 1, "ALTER TABLE t ADD a timestamp DEFAULT CURRENT_TIMESTAMP"},
    {kLite, "column-not-addable", 1, "ALTER TABLE t ADD a text DEFAULT (lower('A'))"},
    {kLite, "column-not-addable", 1, "ALTER TABLE t ADD a int AS (b + 1) STORED"},
    {kLite, "column-not-addable", 0, "ALTER TABLE t ADD a int DEFAULT 1 CHECK (a > 0)"},
    {kLite, "column-not-addable", 0, "ALTER TABLE t ADD a int DEFAULT (-1) CHECK (abs(a) > 0)"},
    {kLite, "column-not-addable", 0, "ALTER TABLE t ADD a int AS (b + 1) VIRTUAL"},
    {kLite, "column-not-addable", 0, "ALTER TABLE t ADD \"unique\" text"},

    {kMy, "several-ddl", 1,
     "CREATE TABLE a (a int); CREATE TABLE b (b int); CREATE TABLE c (c int)"},
    {kMy, "several-ddl", 0, "ALTER TABLE t ADD a int, ADD b int"},
    {kMy, "several-ddl", 0, "CREATE TEMPORARY TABLE a (a int); CREATE TABLE b (b int)"},
    {kMy, "ddl-with-data", 1, "ALTER TABLE t ADD a int; UPDATE t SET a = 1"},
    {kMy, "ddl-with-data", 1, "INSERT INTO t VALUES (1); CREATE TABLE u (a int)"},
    {kMy, "ddl-with-data", 0, "CREATE TABLE t (a int); INSERT INTO t VALUES (1)"},
    {kMy, "ddl-with-data", 0, "INSERT INTO t VALUES (1); UPDATE t SET a = 1 WHERE b"},
    {kMy, "copying-alter", 1, "ALTER TABLE t CONVERT TO CHARACTER SET utf8mb4"},
    {kMy, "copying-alter", 1, "CREATE FULLTEXT INDEX i ON t (a)"},
    {kMy, "copying-alter", 1, "ALTER TABLE t ADD a int, ALGORITHM=COPY"},
    {kMy, "copying-alter", 1, "ALTER TABLE t DROP PRIMARY KEY"},
    {kMy, "copying-alter", 0, "ALTER TABLE t DROP PRIMARY KEY, ADD PRIMARY KEY (a)"},
    {kMy, "copying-alter", 0, "ALTER TABLE t ADD FULLTEXT INDEX i (a), LOCK=NONE"},
    {kMy, "copying-alter", 0, "ALTER TABLE t ADD COLUMN stored int, ADD INDEX i (a)"},
    {kMy, "copying-alter", 0, "CREATE TABLE t (a text); CREATE FULLTEXT INDEX i ON t (a)"},
    {kMy, "unsaid-algorithm", 1, "ALTER TABLE t MODIFY a bigint"},
    {kMy, "unsaid-algorithm", 0, "ALTER TABLE t MODIFY a bigint, ALGORITHM=INPLACE, LOCK=NONE"},
    {kMy, "unsaid-algorithm", 0, "ALTER TABLE t ALTER COLUMN a SET DEFAULT 1"},
    {kMy, "unsaid-algorithm", 0, "CREATE TABLE t (a int); ALTER TABLE t MODIFY a bigint"},
};

// The rules that are about whole files have tests of their own.
constexpr absl::string_view kOfFiles[] = {"unsaid-database", "allow-without-reason", "unused-allow",
                                          "no-downgrade", "empty-downgrade"};

std::string Name(Dialect dialect) { return std::string(DialectName(dialect)); }

TEST(RulesTest, FindWhatTheyAreForAndNoMore) {
  for (const Case& one : kCases) {
    const std::string body =
        absl::StrCat("-- brant:upgrade ", Name(one.dialect), one.options, "\n", one.sql, ";\n");
    const std::string before =
        absl::StrCat("-- brant:upgrade ", Name(one.dialect), "\n", one.before, ";\n");
    const std::vector<v1::LintFinding> findings = LintFiles({before, body}, {one.dialect});
    const auto count = std::count_if(findings.begin(), findings.end(), [&](const auto& finding) {
      return finding.rule() == one.rule;
    });
    EXPECT_EQ(count, one.count) << Name(one.dialect) << one.options << ": " << one.sql << "\n"
                                << one.rule << " among " << Codes(findings);
    for (const v1::LintFinding& finding : findings) {
      EXPECT_TRUE(AppliesTo(*FindLintRule(finding.code()), one.dialect))
          << finding.rule() << " in " << one.sql;
    }
  }
}

TEST(RulesTest, EachIsTriedBothWays) {
  for (const LintRule& rule : AllLintRules()) {
    if (std::count(std::begin(kOfFiles), std::end(kOfFiles), rule.name) > 0) continue;
    for (const bool finds : {true, false}) {
      EXPECT_TRUE(std::any_of(
          std::begin(kCases), std::end(kCases),
          [&](const Case& one) { return one.rule == rule.name && (one.count > 0) == finds; }))
          << rule.name << (finds ? " finds nothing" : " has no near miss");
    }
  }
}

TEST(RulesTest, CodesAreInOrderAndNamesAreUnique) {
  const absl::Span<const LintRule> rules = AllLintRules();
  EXPECT_GE(rules.size(), 25u);
  for (size_t i = 0; i < rules.size(); ++i) {
    EXPECT_TRUE(i == 0 || rules[i - 1].code < rules[i].code) << rules[i].code;
    EXPECT_EQ(FindLintRule(rules[i].name), &rules[i]);
    EXPECT_EQ(FindLintRule(rules[i].code), &rules[i]);
    EXPECT_FALSE(absl::StrContains(rules[i].message, "|")) << "it stands in a table";
  }
}

TEST(RulesTest, DowngradesMayLoseDataAndLockTables) {
  const std::string body =
      "-- brant:upgrade\nCREATE TABLE t (a bigint);\n-- brant:downgrade\nDROP TABLE t;\n"
      "DROP INDEX i;\nALTER TABLE u DROP COLUMN a;\n";
  EXPECT_EQ(Codes(LintFiles({body}, {kPg})), "");
}

TEST(RulesTest, DowngradesMustWork) {
  const std::string body =
      "-- brant:upgrade\nCREATE TABLE t (a bigint);\n-- brant:downgrade\n"
      "DROP INDEX CONCURRENTLY i;\n";
  EXPECT_EQ(Codes(LintFiles({body}, {kPg})), "BR103");
}

}  // namespace
}  // namespace brant
