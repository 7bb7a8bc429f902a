"""verify: revisions up, down and up again, as a process on SQLite."""

import json
import os

from tests.e2e import harness

CHECK_FAILED, MIGRATION_FAILED, USAGE = 5, 1, 2
USERS = "CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT);"
EXAMPLE = os.path.abspath("migrations")


class VerifyTest(harness.EndToEndTest):
    def setUp(self):
        super().setUp()
        self.database = self.new_database("sqlite")
        self.environment["DATABASE_URL"] = self.database.url
        self.revision("aaaa", upgrade=USERS, downgrade="DROP TABLE users;")

    def fails(self, code, *arguments):
        result = self.brant("verify", *arguments)
        self.assertEqual(result.code, code, result)
        return result

    def test_what_is_pending_is_tried_and_the_database_is_as_it_was(self):
        before = self.database.objects()
        result = self.brant("verify")
        self.assertEqual((result.code, result.out), (0, "aaaa ok\n"), result)
        self.assertIn("Verified 1 revision", result.err)
        self.assertEqual(self.database.objects(), before)
        self.brant_ok("upgrade", "head")
        result = self.brant("verify")
        self.assertEqual((result.code, result.out), (0, ""), result)
        self.assertIn("Nothing to verify", result.err)
        self.assertEqual(self.brant_ok("verify", ":"), "aaaa ok\n")

    def test_a_downgrade_that_forgets_an_index(self):
        self.revision("bbbb", "aaaa", upgrade="CREATE INDEX users_email ON users (email);")
        self.revision("cccc", "bbbb", upgrade="CREATE TABLE t (x INTEGER);", downgrade="DROP TABLE t;")
        result = self.fails(CHECK_FAILED)
        self.assertEqual(
            result.out,
            "aaaa ok\n"
            "bbbb the downgrade leaves the schema otherwise than it was:\n"
            "  + index users.users_email\n"
            "cccc ok\n",
        )
        self.assertIn("1 of 3 revisions", result.err)
        self.assertEqual(self.brant_ok("verify", "cccc"), "cccc ok\n")

    def test_as_json(self):
        self.revision("bbbb", "aaaa", upgrade="CREATE INDEX users_email ON users (email);")
        lines = [json.loads(line) for line in self.fails(CHECK_FAILED, "--output", "json").out.splitlines()]
        self.assertEqual([line["revision"]["id"] for line in lines[:2]], ["aaaa", "bbbb"])
        self.assertEqual(
            lines[1]["differences"], [{"action": "ACTION_CREATE", "kind": "index", "name": "users.users_email"}]
        )
        self.assertEqual(lines[2]["error"]["reason"], "CHECK_FAILED")

    def test_a_statement_that_fails(self):
        self.revision("bbbb", "aaaa", upgrade="SELECT 1;", downgrade="DROP TABLE nothing;")
        result = self.fails(MIGRATION_FAILED)
        self.assertEqual(result.out, "aaaa ok\n")
        self.assertIn("20240101_bbbb.sql:10", result.err)
        self.assertIn("DROP TABLE nothing", result.err)
        self.assertIn("in scratch space", result.err)

    def test_irreversible(self):
        self.write(
            "migrations/b.sql",
            "-- B\n--\n-- Revision ID: bbbb\n-- Revises: aaaa\n\n-- brant:upgrade\nSELECT 1;\n",
        )
        self.assertEqual(self.brant_ok("verify"), "aaaa ok\nbbbb irreversible\n")

    def test_a_range_that_is_none(self):
        self.assertIn("nosuch", self.fails(USAGE, "nosuch").err)

    def test_through_an_agent_that_runs(self):
        agent = self.start_agent(self.database.url)
        self.assertEqual(self.brant_ok("verify", "--agent", agent), "aaaa ok\n")

    def test_the_example_project(self):
        self.environment["BRANT_MIGRATIONS"] = EXAMPLE
        result = self.brant("verify")
        self.assertEqual(result.code, 0, result)
        self.assertEqual(len(result.out.splitlines()), len([f for f in os.listdir(EXAMPLE) if f.endswith(".sql")]))


if __name__ == "__main__":
    harness.main()
