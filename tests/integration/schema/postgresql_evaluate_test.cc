// Schemas that are evaluated in scratch space: what is accepted, what is refused,
// and that the real schema is left alone.

#include <gmock/gmock.h>
#include <signal.h>
#include <stdlib.h>

#include <cstdio>
#include <string>

#include "absl/strings/substitute.h"
#include "tests/integration/postgresql/child_process.h"
#include "tests/integration/schema/postgresql_schema_test.h"

namespace brant {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class EvaluateTest : public PostgresqlSchemaTest {
 protected:
  std::string ErrorOf(const std::string& sql) {
    const auto result = Evaluate(sql);
    return result.ok() ? "" : DescribeError(result.status());
  }

  std::string Ask(const std::string& sql) {
    const auto rows = session_->Query(sql);
    EXPECT_TRUE(rows.ok()) << rows.status();
    return rows.ok() && !rows->empty() ? (*rows)[0][0].value_or("") : "";
  }
};

TEST_F(EvaluateTest, LeavesTheRealSchemaAlone) {
  ASSERT_TRUE(Run("CREATE TABLE a (id int); INSERT INTO a VALUES (7)").ok());
  const auto catalog = Evaluate("CREATE TABLE a (id text); CREATE TABLE b (x int);");
  ASSERT_TRUE(catalog.ok()) << Explain(catalog.status());
  EXPECT_THAT(catalog->tables, SizeIs(2));
  EXPECT_EQ(Ask("SELECT id FROM a"), "7");
  EXPECT_EQ(Ask("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'brant%'"), "0");
}

TEST_F(EvaluateTest, AnErrorNamesFileAndLine) {
  const auto result = Evaluate("CREATE TABLE a (id int);\nCREATE TABLE b (id nothing);");
  EXPECT_EQ(ReasonOf(result.status()), v1::ERROR_REASON_STATEMENT_FAILED);
  EXPECT_THAT(DescribeError(result.status()), HasSubstr("schema.sql:2:"));
  EXPECT_EQ(Ask("SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'brant%'"), "0");
}

TEST_F(EvaluateTest, RefusesWhatLeavesTheScratchSpace) {
  for (const char* sql :
       {"CREATE DATABASE x", "CREATE ROLE x", "ALTER USER brant PASSWORD 'x'",
        "ALTER SYSTEM SET work_mem = '1MB'", "CREATE TABLESPACE x LOCATION '/tmp'",
        "COPY pg_class TO '/tmp/x'", "COMMIT", "ROLLBACK", "VACUUM"}) {
    const auto result = Evaluate(sql);
    EXPECT_EQ(ReasonOf(result.status()), v1::ERROR_REASON_UNSUPPORTED_STATEMENT)
        << sql << ": " << result.status();
  }
  EXPECT_THAT(ErrorOf("CREATE TABLE a (x int); CREATE INDEX CONCURRENTLY i ON a (x);"),
              HasSubstr("leave that word out"));
}

TEST_F(EvaluateTest, WhatIsSetEndsWithIt) {
  const auto catalog = Evaluate(
      "SET search_path = pg_catalog; SELECT pg_catalog.set_config('search_path', '', false); "
      "CREATE TABLE public.a (id int);");
  ASSERT_TRUE(catalog.ok()) << Explain(catalog.status());
  ASSERT_THAT(catalog->tables, SizeIs(1));
  EXPECT_EQ(Describe(catalog->tables[0].name), "a");
}

// What people hand over: the whole of pg_dump's output.
TEST_F(EvaluateTest, TakesADump) {
  ASSERT_TRUE(
      Run("CREATE EXTENSION IF NOT EXISTS pg_trgm; CREATE TYPE mood AS ENUM ('ok', 'bad'); "
          "CREATE DOMAIN positive AS int CHECK (VALUE > 0); "
          "CREATE FUNCTION twice(x int) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT x * 2'; "
          "CREATE TABLE a (id serial PRIMARY KEY, m mood DEFAULT 'ok', p positive, t text, "
          "w int GENERATED ALWAYS AS (twice(1)) STORED, "
          "k bigint GENERATED ALWAYS AS IDENTITY, s varchar(9) CHECK (s IN ('x', 'y'))); "
          "CREATE INDEX i ON a USING gin (t gin_trgm_ops); "
          "CREATE VIEW v AS SELECT id, m FROM a WHERE m = 'ok'; "
          "CREATE MATERIALIZED VIEW w AS SELECT id FROM v; COMMENT ON TABLE a IS 'x'; "
          "INSERT INTO a (t) VALUES ('x')")
          .ok());
  FILE* dump =
      popen(absl::StrCat("PATH=$PATH:/usr/lib/postgresql/15/bin pg_dump --schema-only --dbname='",
                         test_database_->url(), "'")
                .c_str(),
            "r");
  std::string text;
  for (int c = fgetc(dump); c != EOF; c = fgetc(dump)) text.push_back(static_cast<char>(c));
  ASSERT_EQ(pclose(dump), 0);
  const auto wanted = Evaluate(text);
  ASSERT_TRUE(wanted.ok()) << Explain(wanted.status());
  const auto real = Introspect();
  ASSERT_TRUE(real.ok());
  EXPECT_THAT(real->tables, SizeIs(1));
  EXPECT_THAT(real->views, SizeIs(2));
  const auto diff = Diff(*real, *wanted);
  ASSERT_TRUE(diff.ok());
  // A list of varchar is written otherwise once it was written: only that.
  for (const TableChange& change : diff->altered_tables) {
    EXPECT_THAT(change.columns, IsEmpty());
    EXPECT_THAT(change.indexes, IsEmpty());
  }
  EXPECT_THAT(diff->enums, IsEmpty());
  EXPECT_THAT(diff->views, IsEmpty());
}

// The server does not always write what it read as it wrote it; the second time it
// does.
TEST_F(EvaluateTest, WritingASchemaAgainConverges) {
  const Catalog nothing;
  auto catalog = Evaluate("CREATE TABLE a (s varchar(9) CHECK (s IN ('x', 'y')));");
  for (int round = 0; round < 2; ++round) {
    ASSERT_TRUE(catalog.ok()) << Explain(catalog.status());
    catalog = Evaluate(ToText(driver_.Render(*Diff(nothing, *catalog))));
  }
  ASSERT_TRUE(catalog.ok()) << Explain(catalog.status());
  const auto again = Evaluate(ToText(driver_.Render(*Diff(nothing, *catalog))));
  ASSERT_TRUE(again.ok()) << Explain(again.status());
  EXPECT_TRUE(Diff(*catalog, *again)->empty());
}

// Brant does not compare functions and domains, so a desired schema may leave them
// to the database.
TEST_F(EvaluateTest, FindsFunctionsAndDomainsOfTheDatabase) {
  ASSERT_TRUE(Run("CREATE DOMAIN positive AS int; CREATE FUNCTION twice(x int) RETURNS int "
                  "IMMUTABLE LANGUAGE sql AS 'SELECT x * 2'; "
                  "CREATE TABLE a (p positive, q int DEFAULT twice(2))")
                  .ok());
  const auto real = Introspect();
  ASSERT_TRUE(real.ok());
  const auto wanted = Evaluate("CREATE TABLE a (p positive, q int DEFAULT twice(2));");
  ASSERT_TRUE(wanted.ok()) << Explain(wanted.status());
  EXPECT_TRUE(Diff(*real, *wanted)->empty()) << ToText(driver_.Render(*Diff(*real, *wanted)));
}

TEST_F(EvaluateTest, DoesNotFindTablesAndEnumsOfTheDatabase) {
  ASSERT_TRUE(Run("CREATE TABLE a (id int PRIMARY KEY); CREATE TYPE mood AS ENUM ('ok'); "
                  "CREATE FUNCTION twice(x int) RETURNS int LANGUAGE sql AS 'SELECT x * 2'")
                  .ok());
  EXPECT_THAT(ErrorOf("CREATE TABLE b (a int REFERENCES a);"), HasSubstr("does not exist"));
  EXPECT_THAT(ErrorOf("CREATE VIEW v AS SELECT a.id FROM twice(1) t, a;"),
              HasSubstr("'v' needs 'a'"));
  EXPECT_THAT(ErrorOf("CREATE TABLE b (m mood);"), HasSubstr("'b.m' needs 'mood'"));
}

TEST_F(EvaluateTest, ExtensionsAreWhereTheyWere) {
  ASSERT_TRUE(Run("CREATE EXTENSION citext").ok());
  for (const char* type : {"citext", "public.citext"}) {
    const auto catalog =
        Evaluate(absl::StrCat("CREATE EXTENSION IF NOT EXISTS citext; "
                              "CREATE TABLE a (x ",
                              type, ");"));
    ASSERT_TRUE(catalog.ok()) << Explain(catalog.status());
    EXPECT_EQ(catalog->tables[0].columns[0].type.native, "citext");
  }
  EXPECT_EQ(Ask("SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'citext'"),
            "public");
}

TEST_F(EvaluateTest, SeveralSchemas) {
  selection_.schemas = {"public", "app"};
  const std::string sql =
      "CREATE SCHEMA app; CREATE TYPE app.mood AS ENUM ('ok'); "
      "CREATE TABLE a (id int PRIMARY KEY); CREATE SEQUENCE app.s; "
      "CREATE TABLE app.a (id int REFERENCES a, m app.mood DEFAULT 'ok', k serial UNIQUE); "
      "CREATE VIEW app.v AS SELECT m FROM app.a;";
  const auto wanted = Evaluate(sql);
  ASSERT_TRUE(wanted.ok()) << Explain(wanted.status());
  ASSERT_THAT(wanted->tables, SizeIs(2));
  EXPECT_EQ(Describe(wanted->tables[1].name), "app.a");
  const Catalog nothing;
  const auto made = Migrate(nothing, *wanted);
  ASSERT_TRUE(made.ok()) << Explain(made.status());
  const auto gone = Migrate(*wanted, nothing);
  ASSERT_TRUE(gone.ok()) << Explain(gone.status());
  ASSERT_TRUE(Run("DROP SCHEMA app").ok());
}

// A real schema beside the one that is compared.
class OtherSchemaTest : public EvaluateTest {
 protected:
  void SetUp() override {
    EvaluateTest::SetUp();
    ASSERT_TRUE(Run("DROP SCHEMA IF EXISTS other CASCADE; CREATE SCHEMA other; "
                    "CREATE TABLE other.t (id int PRIMARY KEY); CREATE SEQUENCE other.s; "
                    "CREATE TYPE other.mood AS ENUM ('ok'); INSERT INTO other.t VALUES (7); "
                    "CREATE FUNCTION other.twice(x int) RETURNS int IMMUTABLE LANGUAGE sql AS "
                    "'SELECT x * 2'; CREATE TABLE other.parts (id int) PARTITION BY HASH (id)")
                    .ok());
  }
  void TearDown() override {
    EXPECT_EQ(Ask("SELECT id FROM other.t"), "7");
    EXPECT_EQ(Ask("SELECT is_called FROM other.s"), "f");
    EXPECT_TRUE(Run("DROP SCHEMA other CASCADE").ok());
  }
};

TEST_F(OtherSchemaTest, IsNotReachedInto) {
  for (const char* sql : {
           "INSERT INTO other.t VALUES (1)",
           "INSERT INTO a SELECT id FROM other.t",
           "INSERT INTO a VALUES (nextval('other.s'))",
           "INSERT INTO a VALUES (pg_catalog.nextval('\"other\".s'::regclass))",
           "UPDATE other.t SET id = 1",
           "UPDATE a SET id = setval('other.s', 9)",
           "DELETE FROM ONLY other.t",
           "WITH x AS (DELETE FROM other.t RETURNING id) INSERT INTO a SELECT id FROM x",
           "MERGE INTO other.t USING a ON true WHEN MATCHED THEN DELETE",
           "TRUNCATE other.t",
           "LOCK TABLE other.t",
           "ALTER TABLE other.t ADD COLUMN x int",
           "ALTER TABLE IF EXISTS ONLY other.t ADD COLUMN x int",
           "ALTER TABLE a SET SCHEMA other",
           "ALTER TABLE a ATTACH PARTITION other.t DEFAULT",
           "ALTER TYPE other.mood ADD VALUE 'x'",
           "ALTER SEQUENCE other.s RESTART",
           "ALTER FUNCTION other.twice(int) STABLE",
           "ALTER SCHEMA other RENAME TO b",
           "DROP TABLE a, other.t",
           "DROP SCHEMA IF EXISTS other CASCADE",
           "COMMENT ON TABLE other.t IS 'x'",
           "COMMENT ON SCHEMA other IS 'x'",
           "GRANT SELECT ON other.t TO PUBLIC",
           "GRANT USAGE ON SCHEMA public, other TO PUBLIC",
           "ALTER DEFAULT PRIVILEGES IN SCHEMA other GRANT SELECT ON TABLES TO PUBLIC",
           "CREATE INDEX ON other.t (id)",
           "CREATE UNIQUE INDEX i ON ONLY \"other\".t (id)",
           "CREATE TRIGGER g BEFORE INSERT ON other.t FOR EACH ROW EXECUTE FUNCTION f()",
           "CREATE POLICY p ON other.t",
           "CREATE RULE r AS ON INSERT TO other.t DO NOTHING",
           "CREATE STATISTICS st ON id, id FROM other.t",
           "CREATE TABLE b () INHERITS (a, other.t)",
           "CREATE TABLE b PARTITION OF other.parts DEFAULT",
           "CREATE TABLE b AS SELECT nextval('other.s') AS n",
           "CREATE MATERIALIZED VIEW b AS VALUES (nextval('other.s'))",
           "SET search_path = public, other",
           "SELECT pg_catalog.set_config('search_path', 'other', false)",
           "SELECT pg_catalog.set_config('jit', 'off', false), nextval('other.s')",
       }) {
    const auto result = Evaluate(absl::StrCat("CREATE TABLE a (id int);\n", sql));
    EXPECT_EQ(ReasonOf(result.status()), v1::ERROR_REASON_UNSUPPORTED_STATEMENT)
        << sql << ": " << result.status();
    EXPECT_THAT(DescribeError(result.status()), HasSubstr("the schema 'other'")) << sql;
    EXPECT_EQ(ErrorDetail(result.status(), "line"), "2") << sql;
  }
}

TEST_F(OtherSchemaTest, MayBeReferredTo) {
  for (const char* sql : {
           "CREATE TABLE a (id int REFERENCES other.t)",
           "CREATE TABLE a (id int); ALTER TABLE a ADD FOREIGN KEY (id) REFERENCES other.t",
           "CREATE TABLE a (LIKE other.t)",
           "CREATE TABLE a (id int DEFAULT other.twice(2), m other.mood)",
           "CREATE TABLE a (id int DEFAULT nextval('other.s'))",
           "CREATE VIEW a AS SELECT id, other.twice(id) FROM other.t JOIN other.t AS u USING (id)",
           "CREATE TABLE a (id int); CREATE INDEX ON a (other.twice(id))",
           "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT id FROM other.t'",
           "CREATE TABLE a (other int); COMMENT ON COLUMN a.other IS 'x'; "
           "INSERT INTO a (other) VALUES (1)",
       }) {
    const auto result = Evaluate(sql);
    EXPECT_TRUE(result.ok()) << sql << ": " << Explain(result.status());
  }
}

// A dump of the whole database, of which one schema is compared.
TEST_F(OtherSchemaTest, IsSetAsideWhereTheScriptsMakeIt) {
  for (const char* begin : {"CREATE SCHEMA other; ALTER SCHEMA other OWNER TO CURRENT_USER;", ""}) {
    const auto catalog = Evaluate(absl::StrCat(
        begin,
        "CREATE TABLE other.t (id text PRIMARY KEY); INSERT INTO other.t VALUES ('x'); "
        "CREATE SEQUENCE other.s; ALTER SEQUENCE other.s RESTART WITH 9; "
        "CREATE TABLE a (id text REFERENCES other.t)"));
    ASSERT_TRUE(catalog.ok()) << Explain(catalog.status());
    ASSERT_THAT(catalog->tables, SizeIs(1));
    EXPECT_EQ(Describe(catalog->tables[0].foreign_keys.at(0).referenced_table), "other.t");
  }
}

TEST_F(OtherSchemaTest, IsNotFoundByTheSearchPath) {
  const std::string database = test_database_->parsed().database;
  ASSERT_TRUE(
      Run(absl::StrCat("ALTER DATABASE ", database, " SET search_path = public, other")).ok());
  const auto catalog = Evaluate("DROP TABLE IF EXISTS t; CREATE TABLE a (id int DEFAULT twice(1))");
  EXPECT_TRUE(catalog.ok()) << Explain(catalog.status());
  const absl::Status status = Evaluate("INSERT INTO t VALUES (1)").status();
  EXPECT_EQ(ReasonOf(status), v1::ERROR_REASON_STATEMENT_FAILED) << status;
  const std::vector<std::string> resets = {
      "RESET search_path",
      "RESET ALL",
      "SET search_path TO DEFAULT",
      "SET LOCAL search_path = DEFAULT",
  };
  for (const std::string& sql : resets) {
    const absl::Status reset = Evaluate(sql + "; DROP TABLE IF EXISTS t").status();
    EXPECT_EQ(ReasonOf(reset), v1::ERROR_REASON_UNSUPPORTED_STATEMENT) << sql << ": " << reset;
    EXPECT_THAT(DescribeError(reset), HasSubstr("the schema 'other'")) << sql;
  }
  ASSERT_TRUE(Run(absl::StrCat("ALTER DATABASE ", database, " RESET search_path")).ok());
  // Where that leads to no real table.
  for (const std::string& sql : resets) {
    const auto reset = Evaluate(sql + "; CREATE TABLE a (id int)");
    ASSERT_TRUE(reset.ok()) << sql << ": " << Explain(reset.status());
    EXPECT_THAT(reset->tables, SizeIs(1)) << sql;
  }
}

TEST_F(OtherSchemaTest, TheDefaultSchemaMayBeOne) {
  selection_.schemas = {"other"};
  ASSERT_TRUE(Run("CREATE TABLE a (id int PRIMARY KEY); INSERT INTO a VALUES (1)").ok());
  const auto catalog = Evaluate("CREATE TABLE other.t (id int REFERENCES public.a)");
  EXPECT_TRUE(catalog.ok()) << Explain(catalog.status());
  EXPECT_FALSE(Evaluate("CREATE TABLE other.t (id int); DELETE FROM a").ok());
  const auto replaced = Evaluate("CREATE TABLE a (id int); DELETE FROM a");
  EXPECT_TRUE(replaced.ok()) << Explain(replaced.status());
}

TEST_F(EvaluateTest, ItTakesTheOwnerOfTheSchema) {
  const std::string role = absl::StrCat("brant_test_", getpid());
  ASSERT_TRUE(Run(absl::StrCat("CREATE EXTENSION citext; CREATE ROLE ", role,
                               " LOGIN PASSWORD 'secret'; GRANT USAGE ON SCHEMA public TO ", role))
                  .ok());
  DatabaseUrl url = test_database_->parsed();
  url.user = role;
  url.password = "secret";
  const auto database = OpenDatabase(url).value();
  const std::vector<SchemaDriver::Script> scripts = {{"a.sql", "CREATE TABLE a (x citext);"}};
  CancelToken never;
  const auto refused = driver_.Evaluate(*database, scripts, selection_, never);
  EXPECT_EQ(ReasonOf(refused.status()), v1::ERROR_REASON_DATABASE_PERMISSION_DENIED);
  EXPECT_THAT(DescribeError(refused.status()), HasSubstr("OWNER TO"));

  // The extension is another role's, so it can't be moved.
  ASSERT_TRUE(Run(absl::StrCat("GRANT CREATE ON DATABASE ", url.database, " TO ", role,
                               "; ALTER SCHEMA public OWNER TO ", role))
                  .ok());
  const auto catalog = driver_.Evaluate(*database, scripts, selection_, never);
  ASSERT_TRUE(catalog.ok()) << Explain(catalog.status());
  EXPECT_EQ(catalog->tables[0].columns[0].type.native, "citext");
  ASSERT_TRUE(Run(absl::StrCat("ALTER SCHEMA public OWNER TO CURRENT_USER; DROP OWNED BY ", role,
                               "; DROP ROLE ", role))
                  .ok());
}

// `audit` is a schema that is not compared, and a table that is.
TEST_F(EvaluateTest, QualifiersOfColumnsAreNoSchemas) {
  ASSERT_TRUE(Run("CREATE SCHEMA audit; CREATE TABLE audit.logs (id int)").ok());
  const auto catalog = Evaluate(
      "CREATE TABLE audit (id int); CREATE SEQUENCE audit_id_seq; "
      "ALTER SEQUENCE public.audit_id_seq OWNED BY public.audit.id; "
      "ALTER SEQUENCE audit_id_seq OWNED BY audit.id; "
      "COMMENT ON COLUMN audit.id IS 'x'; COMMENT ON COLUMN public.audit.id IS 'y'; "
      "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1'; "
      "ALTER FUNCTION f() SET search_path = public, audit;");
  ASSERT_TRUE(catalog.ok()) << Explain(catalog.status());
  EXPECT_EQ(catalog->tables[0].columns[0].comment, "y");
  for (const char* sql : {"COMMENT ON COLUMN audit.logs.id IS 'x';",
                          "SET SCHEMA 'audit'; DROP TABLE logs;", "DELETE FROM audit.logs;"}) {
    EXPECT_EQ(ReasonOf(Evaluate(sql).status()), v1::ERROR_REASON_UNSUPPORTED_STATEMENT) << sql;
  }
}

// pg_dump writes it since 2025.
TEST_F(EvaluateTest, SchemasOfARestrictedDumpAreSetAside) {
  ASSERT_TRUE(Run("CREATE SCHEMA app; CREATE TABLE app.t (id int)").ok());
  const auto catalog = Evaluate(
      "\\restrict abc\nCREATE SCHEMA app;\nALTER SCHEMA app OWNER TO CURRENT_USER;\n"
      "CREATE TABLE app.t (id int);\nCREATE TABLE public.a (id int);\n\\unrestrict abc\n");
  ASSERT_TRUE(catalog.ok()) << Explain(catalog.status());
  EXPECT_THAT(catalog->tables, SizeIs(1));
}

// A statement of the script asks, over a second connection, for the real table.
// Were it locked, or the schema's row, that would not come back in time.
TEST_F(EvaluateTest, BlocksNoReadersAndWriters) {
  ASSERT_TRUE(Run("CREATE EXTENSION IF NOT EXISTS dblink WITH SCHEMA public; "
                  "CREATE TABLE a (id int PRIMARY KEY); INSERT INTO a VALUES (1)")
                  .ok());
  const DatabaseUrl url = test_database_->parsed();
  const std::string connection = absl::Substitute(
      "host=$0 port=$1 dbname=$2 user=$3 password=$4 options=''-c lock_timeout=2s''", url.host,
      url.port, url.database, url.user, url.password);
  const auto catalog = Evaluate(absl::Substitute(
      "DROP TABLE IF EXISTS a; CREATE TABLE a (id text); ALTER TABLE a ADD COLUMN b int; "
      "DO $$$$ BEGIN PERFORM public.dblink_exec('$0', 'INSERT INTO public.a VALUES (2)'); "
      "PERFORM public.dblink_exec('$0', 'ALTER TABLE public.a ADD COLUMN x int'); END $$$$;",
      connection));
  ASSERT_TRUE(catalog.ok()) << Explain(catalog.status());
  EXPECT_EQ(Ask("SELECT count(x) + count(*) FROM a"), "2");
}

TEST_F(EvaluateTest, WorksBehindAPooler) {
  const DatabaseUrl url = test_database_->parsed();
  const ServerFolder folder;
  const int port = FreePort();
  const std::string users =
      folder.Write("users", absl::Substitute("\"$0\" \"$1\"\n", url.user, url.password));
  const std::string settings = folder.Write(
      "pgbouncer.ini",
      absl::Substitute("[databases]\n* = host=$0 port=$1\n[pgbouncer]\nlisten_addr=127.0.0.1\n"
                       "listen_port=$2\nunix_socket_dir=\nauth_type=scram-sha-256\n"
                       "auth_file=$3\npool_mode=transaction\n",
                       url.host, url.port, port, users));
  const auto pooler = ChildProcess::Start({"pgbouncer", settings}, SIGTERM);
  ASSERT_TRUE(pooler.ok()) << pooler.status();
  ASSERT_TRUE((*pooler)->WaitFor("process up").ok());
  DatabaseUrl pooled = url;
  pooled.host = "127.0.0.1";
  pooled.port = port;
  const auto database = OpenDatabase(pooled).value();
  CancelToken never;
  const auto catalog = driver_.Evaluate(*database,
                                        {{"dump.sql",
                                          "SET check_function_bodies = false; "
                                          "SELECT pg_catalog.set_config('search_path', '', false); "
                                          "CREATE TABLE public.a (id int);"}},
                                        selection_, never);
  ASSERT_TRUE(catalog.ok()) << Explain(catalog.status());
  EXPECT_THAT(catalog->tables, SizeIs(1));
  const auto session = database->Connect(SessionOptions()).value();
  const auto empty = driver_.Introspect(*session, selection_);
  ASSERT_TRUE(empty.ok()) << Explain(empty.status());
  EXPECT_THAT(empty->tables, IsEmpty());
}

}  // namespace
}  // namespace brant
