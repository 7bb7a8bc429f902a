"""What bad input gets: an error that says where and what to do, the documented
exit code, and an untouched database."""

import subprocess

from tests.e2e import harness

USAGE, UNREACHABLE, REFUSED = 2, 3, 6


class BadInputTest(harness.EndToEndTest):
    def setUp(self):
        super().setUp()
        self.database = self.new_database("sqlite")
        self.environment["DATABASE_URL"] = self.database.url

    def refused(self, code, *expected, command=("upgrade", "heads")):
        """The command fails with `code`, says all of `expected`, and changes nothing."""
        before = self.database.objects()
        result = self.brant(*command)
        self.assertEqual(result.code, code, result)
        for text in expected:
            self.assertIn(text, result.err)
        self.assertIn("hint: ", result.err)
        self.assertEqual(self.database.objects(), before)
        return result

    def test_header_that_cannot_be_parsed(self):
        self.write("migrations/20240101_0001_a.sql", "-- A\n--\n-- Revises:\n\n-- brant:upgrade\n")
        self.refused(USAGE, "20240101_0001_a.sql:", "Revision ID")

    def test_misspelt_marker(self):
        self.write(
            "migrations/a.sql", "-- A\n--\n-- Revision ID: aaaa\n-- Revises:\n\n-- brant:upgarde\nSELECT 1;\n"
        )
        self.refused(USAGE, "a.sql:6:", "upgarde")

    def test_unknown_dialect(self):
        self.write(
            "migrations/a.sql", "-- A\n--\n-- Revision ID: aaaa\n-- Revises:\n\n-- brant:upgrade oracle\n"
        )
        self.refused(USAGE, "a.sql:6:", "oracle")

    def test_unknown_option(self):
        self.write(
            "migrations/a.sql",
            "-- A\n--\n-- Revision ID: aaaa\n-- Revises:\n\n-- brant:upgrade transaction:maybe\n",
        )
        self.refused(USAGE, "a.sql:6:", "transaction:maybe")

    def test_duplicate_id(self):
        self.revision("aaaa", name="one.sql")
        self.revision("aaaa", name="two.sql")
        self.refused(USAGE, "aaaa", "one.sql", "two.sql")

    def test_missing_parent(self):
        self.revision("bbbb", parents="aaaa", name="b.sql")
        self.refused(USAGE, "b.sql:4", "aaaa")

    def test_cycle(self):
        self.revision("aaaa", parents="bbbb")
        self.revision("bbbb", parents="aaaa")
        self.refused(USAGE, "Cycle", "aaaa", "bbbb")

    def test_two_heads_where_one_is_needed(self):
        self.revision("aaaa")
        self.revision("bbbb", parents="aaaa")
        self.revision("cccc", parents="aaaa")
        self.refused(USAGE, "Multiple head revisions are present", command=("upgrade", "head"))

    def test_ambiguous_prefix(self):
        self.revision("abcd1111")
        self.revision("abcd2222", parents="abcd1111")
        self.refused(USAGE, "abcd1111", "abcd2222", command=("upgrade", "abcd"))

    def test_unknown_revision(self):
        self.revision("aaaa")
        self.refused(USAGE, "Can't locate revision identified by 'zzzz'", command=("upgrade", "zzzz"))

    def test_no_upgrade_section_at_all(self):
        self.write("migrations/a.sql", "-- A\n--\n-- Revision ID: aaaa\n-- Revises:\n")
        self.refused(USAGE, "a.sql", "upgrade")

    def test_an_empty_upgrade_section_does_nothing(self):
        self.revision("aaaa")
        self.brant_ok("upgrade", "head")
        self.assertEqual(self.database.version_rows(), ["aaaa"])

    def test_no_section_for_this_database(self):
        self.write(
            "migrations/a.sql",
            "-- A\n--\n-- Revision ID: aaaa\n-- Revises:\n\n-- brant:upgrade postgresql\nSELECT 1;\n",
        )
        self.refused(REFUSED, "a.sql", "sqlite")

    def test_irreversible_downgrade(self):
        self.write(
            "migrations/a.sql", "-- A\n--\n-- Revision ID: aaaa\n-- Revises:\n\n-- brant:upgrade\nSELECT 1;\n"
        )
        self.brant_ok("upgrade", "head")
        self.refused(REFUSED, "irreversible", "a.sql", command=("downgrade", "base"))
        self.assertEqual(self.database.version_rows(), ["aaaa"])

    def test_a_foreign_key_that_is_broken_is_told_once(self):
        self.revision(
            "aaaa", "", "PRAGMA foreign_keys = OFF;\nCREATE TABLE p (id int PRIMARY KEY);\n"
            "CREATE TABLE c (id int REFERENCES p (id));\nINSERT INTO c VALUES (1);\n"
            "PRAGMA foreign_key_check(c);",
        )
        result = self.brant("upgrade", "heads")
        self.assertEqual(result.code, 1, result)
        self.assertIn(
            "20240101_aaaa.sql:11:1: a foreign key is violated: row 1 of c refers to a row of p that "
            "is not there (SQLITE_CONSTRAINT_FOREIGNKEY)\n"
            "  statement: PRAGMA foreign_key_check(c)\n"
            "  hint: revision aaaa was rolled back; mend the statement or the data, and run "
            "'brant upgrade' again\n",
            result.err,
        )

    def test_invalid_utf8(self):
        self.write(
            "migrations/a.sql",
            b"-- A\n--\n-- Revision ID: aaaa\n-- Revises:\n\n-- brant:upgrade\nSELECT '\xff';\n",
        )
        self.refused(USAGE, "a.sql:7:9", "UTF-8")

    def test_folder_that_does_not_exist(self):
        self.refused(USAGE, "nowhere", command=("upgrade", "head", "--migrations", "nowhere"))

    def test_database_folder_that_does_not_exist(self):
        self.revision("aaaa")
        result = self.brant("upgrade", "head", DATABASE_URL="sqlite:////nowhere/app.db")
        self.assertEqual(result.code, UNREACHABLE, result)

    def test_database_url_that_cannot_be_read(self):
        self.revision("aaaa")
        result = self.brant("upgrade", "head", DATABASE_URL="oracle://scott:s3cret-canary@db/x")
        self.assertEqual(result.code, USAGE, result)
        self.assertNotIn("s3cret-canary", result.out + result.err)

    def test_agent_that_does_not_answer(self):
        self.revision("aaaa")
        result = self.brant(
            "upgrade", "head", "--agent", "127.0.0.1:1", "--connect-timeout", "0"
        )
        self.assertEqual(result.code, UNREACHABLE, result)
        self.assertIn("127.0.0.1:1", result.err)


class FailingStatement:
    """A migration whose third statement fails; mixed into a class per database."""

    dialect = ""

    def test_third_statement_fails(self):
        database = self.new_database(self.dialect)
        self.environment["DATABASE_URL"] = database.url
        self.revision("aaaa", upgrade="CREATE TABLE kept (id INTEGER);", downgrade="DROP TABLE kept;")
        self.revision(
            "bbbb",
            parents="aaaa",
            upgrade="CREATE TABLE one (id INTEGER);\nCREATE TABLE two (id INTEGER);\n"
            "INSERT INTO missing VALUES (1);\nCREATE TABLE three (id INTEGER);",
        )
        result = self.brant("upgrade", "head")
        self.assertEqual(result.code, 1, result)
        self.assertIn("20240101_bbbb.sql:9:", result.err)
        self.assertIn("INSERT INTO missing", result.err)
        self.assertEqual(database.version_rows(), ["aaaa"])
        self.check_what_is_left(database, result)

    def check_what_is_left(self, database, result):
        """Nothing of the failed step, where the database rolls DDL back."""
        self.assertNotIn("one", database.objects())
        self.assertIn("kept", database.objects())


class FailingStatementSqliteTest(FailingStatement, harness.EndToEndTest):
    dialect = "sqlite"


class FailingStatementPostgresqlTest(FailingStatement, harness.EndToEndTest):
    dialect = "postgresql"


class FailingStatementMysqlTest(FailingStatement, harness.EndToEndTest):
    dialect = "mysql"

    def check_what_is_left(self, database, result):
        self.assertIn("statements 1 to 2 of 4 took effect", result.err)
        self.assertIn("two", database.objects())
        journal = database.rows(
            "SELECT state, statements_done, statements_total FROM brant_steps WHERE revision = 'bbbb';"
        )
        self.assertEqual(journal, [["failed", "2", "4"]])
        # Mended, it goes on with the third statement.
        database.execute("CREATE TABLE missing (id INTEGER);")
        self.brant_ok("upgrade", "head")
        self.assertIn("three", database.objects())
        self.assertEqual(database.version_rows(), ["bbbb"])
        self.assertEqual(database.rows("SELECT COUNT(*) FROM missing;"), [["1"]])


class TakenPortTest(harness.EndToEndTest):
    def test_an_address_that_is_taken_is_told_once_and_with_a_next_step(self):
        url = self.new_database("sqlite").url
        address = self.start_agent(url)
        second = subprocess.run(
            [harness.BRANTD, "--listen", address],
            env={**self.environment, "BRANT_DATABASE_URL": url},
            cwd=self.folder,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        self.assertEqual(second.returncode, 1)
        lines = second.stderr.splitlines()
        self.assertEqual(len(lines), 2, second.stderr)
        self.assertEqual(lines[0], "brantd: can't listen on " + address)
        self.assertIn("hint: most likely another brantd", lines[1])


class UnreachableServerTest(harness.EndToEndTest):
    def setUp(self):
        super().setUp()
        self.revision("aaaa")

    def test_wrong_password_is_refused_and_never_shown(self):
        for dialect in ("postgresql", "mysql"):
            with self.subTest(dialect):
                url = harness.with_password(self.new_database(dialect).url, "canary-p@ss/word")
                result = self.brant("upgrade", "head", DATABASE_URL=url)
                self.assertEqual(result.code, UNREACHABLE, result)
                self.assertNotIn("canary", result.out + result.err)

    def test_unreachable_server(self):
        for scheme in ("postgresql", "mysql"):
            with self.subTest(scheme):
                result = self.brant(
                    "upgrade", "head", DATABASE_URL=scheme + "://u:canary@127.0.0.1:1/db"
                )
                self.assertEqual(result.code, UNREACHABLE, result)
                self.assertNotIn("canary", result.out + result.err)

    def test_psql_meta_command(self):
        database = self.new_database("postgresql")
        self.revision("bbbb", parents="aaaa", upgrade="CREATE TABLE t (id INT);\n\\d t\n")
        result = self.brant("upgrade", "head", DATABASE_URL=database.url)
        self.assertEqual(result.code, REFUSED, result)
        self.assertIn("20240101_bbbb.sql:8", result.err)
        self.assertEqual(database.version_rows(), [])


if __name__ == "__main__":
    harness.main()
