"""verify: revisions up, down and up again, as a process on SQLite."""

import json
import os
import signal
import subprocess
import time

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
        (difference,) = lines[1]["differences"]
        self.assertEqual(
            (difference["action"], difference["kind"], difference["name"]),
            ("ACTION_CREATE", "index", "users.users_email"),
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


class GoneTest(harness.EndToEndTest):
    """Who began a verification is gone in the middle of it: the scratch database goes too."""

    def setUp(self):
        super().setUp()
        self.database = self.new_database("postgresql")
        self.revision("aaaa", upgrade=f"SELECT pg_sleep(600), '{self.database.name}';")

    def sleeping(self):
        """The scratch databases in which the statement is under way."""
        return self.database.admin_rows(
            "SELECT datname FROM pg_stat_activity WHERE datname LIKE 'brant\\_scratch\\_%' "
            f"AND query LIKE 'SELECT pg_sleep(600), ''{self.database.name}''%' AND state = 'active';"
        )

    def wait_for(self, condition, what):
        end = time.monotonic() + 30
        while not condition():
            self.assertLess(time.monotonic(), end, what)
            time.sleep(0.05)

    def is_there(self, name):
        return self.database.admin_rows(f"SELECT 1 FROM pg_database WHERE datname = '{name}';") != []

    def begin(self, **environment):
        """Starts brant; gives it and the scratch database that it works in."""
        client = subprocess.Popen(
            [harness.BRANT, "verify"], cwd=self.folder, env={**self.environment, **environment},
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )
        self.addCleanup(client.wait)
        self.addCleanup(client.kill)
        self.wait_for(self.sleeping, "the statement does not begin")
        return client, self.sleeping()[0][0]

    def test_with_an_agent_of_its_own(self):
        for number in (signal.SIGINT, signal.SIGKILL):
            with self.subTest(number):
                client, scratch = self.begin(DATABASE_URL=self.database.url)
                client.send_signal(number)
                self.assertNotEqual(client.wait(30), 0)
                self.wait_for(lambda: not self.is_there(scratch), "it is left behind")

    def test_with_an_agent_that_runs(self):
        client, scratch = self.begin(BRANT_AGENT=self.start_agent(self.database.url))
        client.kill()
        self.wait_for(lambda: not self.is_there(scratch), "it is left behind")

    def test_a_killed_agents_is_dropped_by_the_next_one(self):
        client, scratch = self.begin(DATABASE_URL=self.database.url)
        (agent,) = subprocess.run(
            ["pgrep", "-P", str(client.pid)], capture_output=True, text=True, check=True
        ).stdout.split()
        os.kill(int(agent), signal.SIGKILL)
        self.assertEqual(client.wait(30), 3)
        self.assertTrue(self.is_there(scratch))
        self.database.admin_rows(
            f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{scratch}';"
        )
        # The server notices that the agent's sessions, and with them the lock, are gone.
        self.wait_for(
            lambda: not self.database.admin_rows(
                f"SELECT 1 FROM pg_stat_activity WHERE datname = '{self.database.name}';"
            ),
            "the killed agent's session is still there",
        )
        self.revision("aaaa", upgrade="SELECT 1;")
        self.assertEqual(self.brant_ok("verify", DATABASE_URL=self.database.url), "aaaa ok\n")
        self.assertFalse(self.is_there(scratch))


if __name__ == "__main__":
    harness.main()
