// Each kind of change, there and back, with rows in the tables.

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "tests/integration/schema/postgresql_schema_test.h"

namespace brant {
namespace {

struct Case {
  std::string name;
  std::string from;
  std::string to;
  // Run at `from`; empty: none.
  std::string rows;
  // What the statements from `from` to `to` must and must not have.
  std::string has;
  std::string lacks;
  std::vector<Rename> renames;
};

std::ostream& operator<<(std::ostream& out, const Case& c) { return out << c.name; }

class ChangeTest : public PostgresqlSchemaTest, public testing::WithParamInterface<Case> {};

TEST_P(ChangeTest, ThereAndBack) {
  const Case& c = GetParam();
  const auto before = Evaluate(c.from);
  ASSERT_TRUE(before.ok()) << Explain(before.status());
  const auto to = Evaluate(c.to);
  ASSERT_TRUE(to.ok()) << Explain(to.status());
  const Catalog nothing;
  const auto made = Migrate(nothing, *before);
  ASSERT_TRUE(made.ok()) << Explain(made.status());
  const absl::Status filled = Run(c.rows);
  ASSERT_TRUE(filled.ok()) << Explain(filled);
  const auto from = Introspect();
  ASSERT_TRUE(from.ok()) << Explain(from.status());
  const auto there = Migrate(*from, *to, c.renames);
  ASSERT_TRUE(there.ok()) << Explain(there.status());
  const std::string text = ToText(*there);
  EXPECT_FALSE(there->statements.empty());
  EXPECT_TRUE(absl::StrContains(text, c.has)) << text;
  EXPECT_TRUE(c.lacks.empty() || !absl::StrContains(text, c.lacks)) << text;
  const auto back = Migrate(*to, *from, Reverse(c.renames));
  ASSERT_TRUE(back.ok()) << Explain(back.status());
}

std::vector<Case> Tables() {
  return {
      {"CreateTable", "", "CREATE TABLE a (id int PRIMARY KEY, b text);", "", "CREATE TABLE a"},
      {"Comments", "CREATE TABLE a (id int);",
       "CREATE TABLE a (id int); COMMENT ON TABLE a IS 'it''s'; COMMENT ON COLUMN a.id IS 'x\\y';"},
      {"QuotedNames", "", "CREATE TABLE \"Order\" (\"user\" int, \"a\"\"b\" int UNIQUE);"},
      {"ForeignKeyCycle", "",
       "CREATE TABLE a (id int PRIMARY KEY, b int); CREATE TABLE b (id int PRIMARY KEY, "
       "a int REFERENCES a); ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES b;"},
      {"SelfReference", "", "CREATE TABLE a (id int PRIMARY KEY, up int REFERENCES a);"},
      {"Unlogged", "CREATE TABLE a (id int);", "CREATE UNLOGGED TABLE a (id int);",
       "INSERT INTO a VALUES (1)"},
      {"StorageParameters", "CREATE TABLE a (id int) WITH (fillfactor=70);",
       "CREATE TABLE a (id int) WITH (autovacuum_enabled=false);"},
      {"Partitioned", "CREATE TABLE a (id int, d date) PARTITION BY RANGE (d);",
       "CREATE TABLE a (id int, d date, e text) PARTITION BY RANGE (d); CREATE INDEX ON a (e);",
       "CREATE TABLE a_1 PARTITION OF a FOR VALUES FROM ('2024-01-01') TO ('2025-01-01'); "
       "INSERT INTO a VALUES (1, '2024-05-05')"},
      {"PartitionKey", "CREATE TABLE a (id int) PARTITION BY HASH (id);",
       "CREATE TABLE a (id int);", "", "DATA LOSS"},
      {"PartitionKeysType", "CREATE TABLE a (id int) PARTITION BY HASH (id);",
       "CREATE TABLE a (id bigint) PARTITION BY HASH (id);", "", "DATA LOSS"},
      {"RenameTable",
       "CREATE TABLE a (id serial PRIMARY KEY, up int REFERENCES a);",
       "CREATE TABLE b (id serial PRIMARY KEY, up int REFERENCES b);",
       "INSERT INTO a VALUES (1, 1)",
       "RENAME CONSTRAINT",
       "DROP",
       {{{"", "a"}, "", "b"}}},
      {"RenamePartitionKey",
       "CREATE TABLE a (id int, d text) PARTITION BY RANGE (d, lower(d));",
       "CREATE TABLE a (id int, \"On\" text) PARTITION BY RANGE (\"On\", lower(\"On\"));",
       "",
       "RENAME",
       "DROP",
       {{{"", "a"}, "d", "On"}}},
      {"RenameToQuoted",
       "CREATE TABLE a (id int CHECK (id > 0), \"B\" text DEFAULT 'id' CHECK (\"B\" <> 'id'), "
       "g text GENERATED ALWAYS AS (lower(\"B\") || id::text) STORED); "
       "CREATE INDEX i ON a (upper(\"B\")) WHERE id > 1; CREATE VIEW v AS SELECT \"B\" FROM a;",
       "CREATE TABLE \"A b\" (\"user\" int CONSTRAINT a_id_check CHECK (\"user\" > 0), "
       "plain text DEFAULT 'id' CONSTRAINT \"a_B_check\" CHECK (plain <> 'id'), "
       "g text GENERATED ALWAYS AS (lower(plain) || \"user\"::text) STORED); "
       "CREATE INDEX i ON \"A b\" (upper(plain)) WHERE \"user\" > 1; "
       "CREATE VIEW v AS SELECT plain FROM \"A b\";",
       "INSERT INTO a VALUES (5, 'x')",
       "RENAME COLUMN id TO \"user\";",
       "ALTER COLUMN",
       {{{"", "a"}, "id", "user"}, {{"", "a"}, "B", "plain"}, {{"", "a"}, "", "A b"}}},
      {"SwapTables",
       "CREATE TABLE a (x int); CREATE TABLE b (y int);",
       "CREATE TABLE b (x int); CREATE TABLE a (y int);",
       "",
       "RENAME",
       "DROP",
       {{{"", "a"}, "", "b"}, {{"", "b"}, "", "a"}}},
  };
}

std::vector<Case> Columns() {
  const std::string one = "INSERT INTO a (id) VALUES (1)";
  return {
      {"AddColumn", "CREATE TABLE a (id int);", "CREATE TABLE a (id int, b text DEFAULT 'x');",
       one},
      {"DropColumnLosesData", "CREATE TABLE a (id int, b text);", "CREATE TABLE a (id int);", one,
       "DATA LOSS: drops a.b"},
      {"AddNotNullNeedsReview", "CREATE TABLE a (id int);",
       "CREATE TABLE a (id int, b text NOT NULL);", "", "REVIEW"},
      {"Nullability", "CREATE TABLE a (id int);", "CREATE TABLE a (id int NOT NULL);", one,
       "REVIEW: fails if a.id is NULL in a row\nALTER TABLE a ALTER COLUMN id SET NOT NULL"},
      {"NotNullFills", "CREATE TABLE a (id int, b text, c int);",
       "CREATE TABLE a (id int, b text NOT NULL DEFAULT 'x', c int NOT NULL DEFAULT 2);", one,
       "ALTER COLUMN c SET DEFAULT 2;\nUPDATE a SET b = 'x'::text WHERE b IS NULL;\n"
       "UPDATE a SET c = 2 WHERE c IS NULL;\nALTER TABLE a\n  ALTER COLUMN b SET NOT NULL,",
       "REVIEW"},
      {"NotNullFillsANewType", "CREATE TABLE a (id int, b text);",
       "CREATE TABLE a (id int, b int NOT NULL DEFAULT 4);", one, "UPDATE a SET b = 4"},
      {"NotNullFillsWithWhatAFunctionSays", "CREATE TABLE a (id int, b timestamptz);",
       "CREATE TABLE a (id int, b timestamptz NOT NULL DEFAULT now());", one,
       "REVIEW: rows that have NULL in a.b get now() as it is when this runs\nUPDATE a"},
      {"NotNullFillsAReferenceThatWaits",
       "CREATE TABLE a (id int UNIQUE, b int REFERENCES a (id) DEFERRABLE INITIALLY DEFERRED);",
       "CREATE TABLE a (id int UNIQUE, b int NOT NULL DEFAULT 1 REFERENCES a (id) "
       "DEFERRABLE INITIALLY DEFERRED);",
       one, "SET CONSTRAINTS ALL IMMEDIATE"},
      {"Default", "CREATE TABLE a (id int, b int DEFAULT 1);",
       "CREATE TABLE a (id int DEFAULT 2, b int);", one},
      {"WiderType", "CREATE TABLE a (id int DEFAULT 3);", "CREATE TABLE a (id bigint DEFAULT 3);",
       one, "TYPE bigint", "USING"},
      {"NarrowerType", "CREATE TABLE a (id int, b varchar(20));",
       "CREATE TABLE a (id int, b varchar(10));", one, "DATA LOSS"},
      {"TextToInteger", "CREATE TABLE a (id text DEFAULT 'x');",
       "CREATE TABLE a (id int DEFAULT 4);", one, "USING"},
      {"BooleanToSmallInt", "CREATE TABLE a (id int, b boolean DEFAULT true);",
       "CREATE TABLE a (id int, b smallint DEFAULT 1);", one, "USING", "DATA LOSS"},
      {"ArrayType", "CREATE TABLE a (id int, b text[] DEFAULT '{1}');",
       "CREATE TABLE a (id int, b int[] DEFAULT '{1}');", one, "USING"},
      {"JsonToJsonb", "CREATE TABLE a (id int, b json);", "CREATE TABLE a (id int, b jsonb);", one},
      {"TimeZone", "CREATE TABLE a (id int, b timestamp(3));",
       "CREATE TABLE a (id int, b timestamptz(3));", one, "REVIEW"},
      {"Collation", "CREATE TABLE a (id int, b text);",
       "CREATE TABLE a (id int, b text COLLATE \"C\");", one},
      {"TypeUnderKeys",
       "CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (a int REFERENCES a UNIQUE);",
       "CREATE TABLE a (id uuid PRIMARY KEY); CREATE TABLE b (a uuid REFERENCES a UNIQUE);"},
      {"TypeUnderViewAndTrigger",
       "CREATE TABLE a (id int, b int); CREATE VIEW v AS SELECT b FROM a; "
       "CREATE VIEW w AS SELECT b FROM v;",
       "CREATE TABLE a (id int, b bigint); CREATE VIEW v AS SELECT b FROM a; "
       "CREATE VIEW w AS SELECT b FROM v;",
       "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; "
       "CREATE TRIGGER g BEFORE UPDATE OF b ON a FOR EACH ROW EXECUTE FUNCTION f();"},
      {"AddSerial", "CREATE TABLE a (id int);", "CREATE TABLE a (id serial);", one, "setval"},
      {"SerialGrows", "CREATE TABLE a (id serial);", "CREATE TABLE a (id bigserial);", one},
      {"QuotedNames",
       "CREATE TABLE \"T-$$\" (\"Id\" serial, \"user\" int NOT NULL, \"a b\" int "
       "GENERATED ALWAYS AS (\"user\" + 1) STORED CHECK (\"a b\" > 0)); "
       "CREATE INDEX \"I\" ON \"T-$$\" (\"a b\", (\"user\" * 2)); "
       "CREATE VIEW \"V\" AS SELECT \"user\" FROM \"T-$$\";",
       "CREATE TABLE \"T-$$\" (\"Id\" bigserial, \"user\" bigint GENERATED ALWAYS AS IDENTITY, "
       "\"a b\" int GENERATED ALWAYS AS (\"user\" + 1) STORED CHECK (\"a b\" > 0)); "
       "CREATE INDEX \"I\" ON \"T-$$\" (\"a b\", (\"user\" * 2)); "
       "CREATE VIEW \"V\" AS SELECT \"user\" FROM \"T-$$\";",
       "INSERT INTO \"T-$$\" (\"user\") VALUES (1)"},
      {"SerialToIdentity", "CREATE TABLE a (id serial);",
       "CREATE TABLE a (id int GENERATED BY DEFAULT AS IDENTITY);", one, "setval"},
      {"IdentityKind", "CREATE TABLE a (id int GENERATED ALWAYS AS IDENTITY, b int);",
       "CREATE TABLE a (id bigint GENERATED BY DEFAULT AS IDENTITY (START 5 INCREMENT 3 CYCLE), "
       "b int);",
       "INSERT INTO a (b) VALUES (1)"},
      {"IdentityAndType", "CREATE TABLE a (id int GENERATED ALWAYS AS IDENTITY);",
       "CREATE TABLE a (id text DEFAULT 'x');"},
      {"Generated", "CREATE TABLE a (id int);",
       "CREATE TABLE a (id int, b int GENERATED ALWAYS AS (id * 2) STORED);", one},
      {"GeneratedAnew",
       "CREATE TABLE a (id int, b int GENERATED ALWAYS AS (id * 2) STORED UNIQUE);",
       "CREATE TABLE a (id bigint, b int GENERATED ALWAYS AS (id * 3) STORED UNIQUE);", one, "",
       "DATA LOSS"},
      {"GeneratedNoLonger", "CREATE TABLE a (id int, b int GENERATED ALWAYS AS (id * 2) STORED);",
       "CREATE TABLE a (id int, b int);", one, "DROP EXPRESSION", "DATA LOSS"},
      {"RenameColumn",
       "CREATE TABLE a (id int, b text CHECK (b <> 'b')); CREATE INDEX i ON a (lower(b)); "
       "CREATE VIEW v AS SELECT b FROM a;",
       "CREATE TABLE a (id int, c text CONSTRAINT a_b_check CHECK (c <> 'b')); "
       "CREATE INDEX i ON a (lower(c)); CREATE VIEW v AS SELECT c FROM a;",
       one,
       "RENAME COLUMN b TO c",
       "DATA LOSS",
       {{{"", "a"}, "b", "c"}}},
  };
}

std::vector<Case> Constraints() {
  const std::string one = "INSERT INTO a (id) VALUES (1)";
  return {
      {"PrimaryKey", "CREATE TABLE a (id int NOT NULL);", "CREATE TABLE a (id int PRIMARY KEY);",
       one, "REVIEW"},
      {"PrimaryKeyUnderForeignKey",
       "CREATE TABLE a (id int PRIMARY KEY, x int UNIQUE); CREATE TABLE b (a int REFERENCES a);",
       "CREATE TABLE a (id int PRIMARY KEY DEFERRABLE, x int UNIQUE); "
       "CREATE TABLE b (a int CONSTRAINT b_a_fkey REFERENCES a (x));",
       one},
      {"Unique", "CREATE TABLE a (id int, b int);",
       "CREATE TABLE a (id int, b int, CONSTRAINT u UNIQUE NULLS NOT DISTINCT (b) INCLUDE (id) "
       "DEFERRABLE INITIALLY DEFERRED);",
       one, "REVIEW"},
      {"Check", "CREATE TABLE a (id int CHECK (id > 0));",
       "CREATE TABLE a (id int CHECK (id > -1) NO INHERIT); "
       "ALTER TABLE a ADD CONSTRAINT c CHECK (id < 9) NOT VALID;",
       one},
      {"ForeignKey", "CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (a int);",
       "CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (a int REFERENCES a MATCH FULL "
       "ON UPDATE CASCADE ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED);"},
      {"SetNullColumns",
       "CREATE TABLE a (id int, b int, PRIMARY KEY (id, b)); "
       "CREATE TABLE c (id int, b int);",
       "CREATE TABLE a (id int, b int, PRIMARY KEY (id, b)); CREATE TABLE c (id int, b int, "
       "FOREIGN KEY (id, b) REFERENCES a ON DELETE SET NULL (b));"},
      {"ForeignKeyToUniqueIndex", "CREATE TABLE a (id int);",
       "CREATE TABLE a (id int, x int); CREATE UNIQUE INDEX i ON a (x); "
       "CREATE TABLE b (x int REFERENCES a (x));",
       one},
      {"Exclusion", "CREATE TABLE a (id int, r int4range);",
       "CREATE TABLE a (id int, r int4range, EXCLUDE USING gist (r WITH &&) WHERE (id > 0));", one},
      {"CheckOfAListGains", "CREATE TABLE a (id int, b text CHECK (b IN ('x', 'y')));",
       "CREATE TABLE a (id int, b text CHECK (b IN ('x', 'z', 'y')));", one, "'z'", "REVIEW"},
      {"CheckOfAListOfVarcharsGains",
       "CREATE TABLE a (id int, b varchar CHECK (b::text = ANY (ARRAY['x'::varchar::text, "
       "'y'::varchar::text])));",
       "CREATE TABLE a (id int, b varchar CHECK (b::text = ANY (ARRAY['x'::varchar::text, "
       "'y'::varchar::text, 'z'::varchar::text])));",
       one, "'z'", "REVIEW"},
      {"CheckOfAListLoses", "CREATE TABLE a (id int, b text CHECK (b IN ('x', 'y', 'z')));",
       "CREATE TABLE a (id int, b text CHECK (b IN ('x', 'z', 'u')));", one, "REVIEW"},
      {"CheckOfAListWithCommas", "CREATE TABLE a (id int, b text CHECK (b IN ('x, y', 'u')));",
       "CREATE TABLE a (id int, b text CHECK (b IN ('x, z', 'v, y', 'u')));", one, "REVIEW"},
      {"CheckOfWhatIsNotInAList", "CREATE TABLE a (id int CHECK (id NOT IN (3, 4)));",
       "CREATE TABLE a (id int CHECK (id NOT IN (3, 4, 5)));", one, "REVIEW"},
      {"CheckOfNoList", "CREATE TABLE a (id int CHECK ((id IN (1, 4)) IS TRUE));",
       "CREATE TABLE a (id int CHECK (NOT id IN (3, 4, 5)));", one, "REVIEW"},
      {"RenameConstraintsAndIndexes",
       "CREATE TABLE a (id int CONSTRAINT k1 PRIMARY KEY, b int CONSTRAINT k2 UNIQUE, "
       "CONSTRAINT k3 CHECK (b > 0)); CREATE INDEX i ON a (b, id);",
       "CREATE TABLE a (id int CONSTRAINT k2 PRIMARY KEY, b int CONSTRAINT k1 UNIQUE, "
       "CONSTRAINT k4 CHECK (b > 0)); CREATE INDEX j ON a (b, id);",
       one, "RENAME CONSTRAINT", "DROP"},
      {"Indexes", "CREATE TABLE a (id int, b text, c jsonb);",
       "CREATE TABLE a (id int, b text, c jsonb); "
       "CREATE INDEX i1 ON a (id DESC NULLS LAST, b COLLATE \"C\" text_pattern_ops) "
       "INCLUDE (c) WITH (fillfactor=60) WHERE id > 0; "
       "CREATE INDEX i2 ON a USING gin (c jsonb_path_ops); "
       "CREATE UNIQUE INDEX i3 ON a (lower(b), (id + 1)) NULLS NOT DISTINCT; "
       "CREATE INDEX i4 ON a USING hash (b); COMMENT ON INDEX i4 IS 'four';",
       one},
      {"IndexComment", "CREATE TABLE a (id int); CREATE INDEX i ON a (id);",
       "CREATE TABLE a (id int); CREATE INDEX i ON a (id); COMMENT ON INDEX i IS 'x';", one,
       "COMMENT", "DROP"},
  };
}

std::vector<Case> Others() {
  const std::string table =
      " CREATE TABLE a (id int, m mood DEFAULT 'ok' CHECK (m <> 'bad')); "
      "CREATE INDEX i ON a (m) WHERE m = 'ok'; "
      "CREATE VIEW v AS SELECT id FROM a WHERE m = 'ok';";
  const std::string one = "INSERT INTO a VALUES (1, 'ok')";
  return {
      {"CreateEnum", "", "CREATE TYPE mood AS ENUM ('ok', 'it''s'); CREATE TABLE a (m mood[]);"},
      {"EnumLabelsAdded", "CREATE TYPE mood AS ENUM ('ok', 'bad');" + table,
       "CREATE TYPE mood AS ENUM ('new', 'ok', 'so', 'bad', 'last');" + table, one, "ADD VALUE",
       "CREATE TYPE"},
      {"EnumLabelAddedAndUsed",
       "CREATE TYPE mood AS ENUM ('ok'); CREATE TABLE a (id int, m mood DEFAULT 'ok');",
       "CREATE TYPE mood AS ENUM ('ok', 'so'); CREATE TABLE a (id int, m mood DEFAULT 'so');", one,
       "CREATE TYPE", "ADD VALUE"},
      {"EnumReordered", "CREATE TYPE mood AS ENUM ('ok', 'bad');" + table,
       "CREATE TYPE mood AS ENUM ('bad', 'ok');" + table, one, "CREATE TYPE", "DATA LOSS"},
      {"EnumLabelRemoved", "CREATE TYPE mood AS ENUM ('ok', 'bad', 'so');" + table,
       "CREATE TYPE mood AS ENUM ('ok', 'bad');" + table, one, "DATA LOSS: removes so"},
      {"EnumToText",
       "CREATE TYPE mood AS ENUM ('ok'); CREATE TABLE a (id int, m mood DEFAULT 'ok');",
       "CREATE TABLE a (id int, m text DEFAULT 'ok');", one, "DROP TYPE mood"},
      {"Sequence", "CREATE SEQUENCE s; CREATE TABLE a (id bigint DEFAULT nextval('s'));",
       "CREATE SEQUENCE s AS int INCREMENT -2 MAXVALUE 50 MINVALUE -50 CACHE 3; "
       "COMMENT ON SEQUENCE s IS 'x'; CREATE TABLE a (id bigint);"},
      {"SequenceGone", "CREATE SEQUENCE s; CREATE TABLE a (id bigint DEFAULT nextval('s'));",
       "CREATE TABLE a (id bigint);", "", "DATA LOSS"},
      {"View", "CREATE TABLE a (id int); CREATE VIEW v AS SELECT id FROM a;",
       "CREATE TABLE a (id int, b int); CREATE VIEW v WITH (security_barrier) AS SELECT b FROM a "
       "WHERE id > 0; CREATE VIEW w AS SELECT b FROM v; COMMENT ON VIEW w IS 'x';"},
      {"ViewStays", "CREATE TABLE a (id int); CREATE VIEW v AS SELECT id FROM a;",
       "CREATE TABLE a (id int, b int); CREATE VIEW v AS SELECT id FROM a;", "", "ADD COLUMN",
       "VIEW"},
      {"MaterializedView", "CREATE TABLE a (id int, b int);",
       "CREATE TABLE a (id int, b int); CREATE MATERIALIZED VIEW m AS SELECT id, b FROM a; "
       "CREATE UNIQUE INDEX i ON m (id);",
       "INSERT INTO a VALUES (1, 2)"},
      {"MaterializedViewsIndex",
       "CREATE TABLE a (id int); CREATE MATERIALIZED VIEW m AS SELECT id FROM a;",
       "CREATE TABLE a (id int); CREATE MATERIALIZED VIEW m AS SELECT id FROM a; "
       "CREATE INDEX i ON m (id); COMMENT ON MATERIALIZED VIEW m IS 'x';",
       "", "CREATE INDEX", "CREATE MATERIALIZED"},
      {"ViewUsesPrimaryKey",
       "CREATE TABLE a (id int PRIMARY KEY, b int); "
       "CREATE VIEW v AS SELECT id, b FROM a GROUP BY id;",
       "CREATE TABLE a (id int NOT NULL, b int);"},
      {"TableBecomesView", "CREATE TABLE a (id int); CREATE TABLE b (id int);",
       "CREATE TABLE b (id int); CREATE VIEW a AS SELECT id FROM b;"},
  };
}

std::string NameOf(const testing::TestParamInfo<Case>& info) { return info.param.name; }

INSTANTIATE_TEST_SUITE_P(Tables, ChangeTest, testing::ValuesIn(Tables()), NameOf);
INSTANTIATE_TEST_SUITE_P(Columns, ChangeTest, testing::ValuesIn(Columns()), NameOf);
INSTANTIATE_TEST_SUITE_P(Constraints, ChangeTest, testing::ValuesIn(Constraints()), NameOf);
INSTANTIATE_TEST_SUITE_P(Others, ChangeTest, testing::ValuesIn(Others()), NameOf);

}  // namespace
}  // namespace brant
