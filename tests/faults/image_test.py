"""Claim: images with different sets of migrations live with one database. An older one succeeds where
the database is ahead and can still undo what the newer one applied; histories that have diverged, and
files that were edited after they were applied, are refused with all that a person needs; and a statement
of which nobody can know whether it took effect is settled by one of two commands, never run blindly."""

import hashlib
import json
import os
import shutil

from tests.faults import cluster, journal, processes

CHECK_FAILED = 5
REFUSED = 6
# What the image `old` is told of what it undoes.
STORED = "r0003, r0002 are not among these migrations; the scripts stored in the database run"


class ImageTest(cluster.SharedServerTest):
    dialect = os.environ["FAULTS_DATABASE"]

    def setUp(self):
        super().setUp()
        self.revisions = self.plan(
            3, lambda revision: f"CREATE TABLE t_{revision} (id INTEGER);\nINSERT INTO effects VALUES (EFFECT);")
        for revision in self.revisions[1:]:
            path = f"{self.migrations}/20240101_{revision}.sql"
            with open(path, "a", encoding="utf-8") as file:
                file.write(f"\n-- brant:downgrade\nDROP TABLE t_{revision};\n"
                           f"DELETE FROM effects WHERE revision = '{revision}';\n")
        self.image("old", self.revisions[:2])
        self.start_agents(2)

    def image(self, name, revisions):
        """A folder with the files of these revisions alone."""
        os.mkdir(f"{self.folder}/{name}")
        for revision in revisions:
            shutil.copy(f"{self.migrations}/20240101_{revision}.sql", f"{self.folder}/{name}")

    def on_agent(self, *arguments):
        """brant as a person sees it, through the first agent."""
        return self.brant(*arguments, BRANT_AGENT=self.agents[0].address)

    def succeeds(self, *arguments):
        result = self.on_agent(*arguments)
        self.assertEqual(result.code, 0, result)
        return result.out + result.err

    def refused(self, reason, *arguments):
        """It ends with 6 and this reason; returns what a person reads."""
        result = self.on_agent(*arguments, "--output", "json")
        self.assertEqual(result.code, REFUSED, result)
        self.assertEqual(json.loads(result.out.splitlines()[-1])["error"]["reason"], reason, result)
        result = self.on_agent(*arguments)
        self.assertEqual(result.code, REFUSED, result)
        return result.out + result.err

    def test_older_image_after_a_newer_one(self):
        self.succeeds("upgrade", "head")
        self.assertIn("ahead", self.succeeds("upgrade", "head", "--migrations", "old"))
        self.succeeds("wait", "head", "--migrations", "old", "--timeout", "30")
        said = self.succeeds("status", "--migrations", "old")
        self.assertIn("ahead: the database holds 2 revisions that these migrations have not", said)
        self.assertIn("r0002, r0003\n", said)
        self.assertEqual(self.succeeds("current", "--check-heads", "--migrations", "old"),
                         "r0003 (not among the migration files)\n")
        self.assertEqual(self.succeeds("history", "-i", "--migrations", "old"),
                         "r0000 -> r0001 (head) (applied), Revision r0001\n<base> -> r0000, Revision r0000\n")
        self.assertEqual(self.succeeds("history", "-r", "current:", "-i", "--migrations", "old").count("\n"), 1)
        self.assertEqual(self.journal.version_rows(), ["r0003"])
        self.check()

    def test_what_an_older_image_plans_after_a_newer_one(self):
        self.succeeds("upgrade", "head")
        result = self.on_agent("plan", "head", "--migrations", "old")
        self.assertEqual((result.code, result.out), (0, ""), result)
        self.assertIn("the database is ahead of these migrations: it is at r0003", result.err)
        self.assertIn("nothing to do", result.err)
        result = self.on_agent("plan", "--downgrade", "r0001", "--migrations", "old")
        self.assertEqual(result.code, 0, result)
        self.assertIn(STORED, result.err)
        self.assertIn("-- 1. downgrade r0003 -> r0002", result.out)
        self.assertIn("DROP TABLE t_r0003;", result.out)
        self.assertIn("DROP TABLE t_r0002;", result.out)
        self.assertEqual(self.journal.version_rows(), ["r0003"])
        self.check()

    def test_older_image_undoes_what_a_newer_one_applied(self):
        self.succeeds("upgrade", "head")
        self.assertIn(STORED, self.succeeds("downgrade", "r0001", "--migrations", "old"))
        self.assertEqual(self.journal.version_rows(), ["r0001"])
        self.succeeds("upgrade", "head")
        self.assertEqual(self.journal.version_rows(), ["r0003"])
        self.check()

    def test_two_images_at_once(self):
        # Both images ask both agents.
        clients = self.clients_at_once(
            20, "upgrade", "head", more=lambda i: ("--migrations", "old") if i // 2 % 2 else ())
        self.all_end_with(0, clients)
        self.assertEqual(self.journal.version_rows(), ["r0003"])
        self.check()

    def test_histories_that_diverged(self):
        self.image("left", self.revisions[:1])
        self.write("left/20240101_left.sql",
                   "-- Left\n--\n-- Revision ID: left1\n-- Revises: r0000\n\n-- brant:upgrade\n")
        self.succeeds("upgrade", "head", "--migrations", "left")
        said = self.refused("HISTORY_DIVERGED", "upgrade", "head")
        self.assertIn("left1", said)
        self.assertIn("r0001", said)
        for command in ("plan", "wait"):
            # In the words of the upgrade, which then also says where that left the database.
            self.assertTrue(said.startswith(self.refused("HISTORY_DIVERGED", command, "head")), said)
        self.assertEqual(self.on_agent("current", "--check-heads").code, CHECK_FAILED)
        self.assertIn("<base> -> r0000 (applied),", self.succeeds("history", "-i"))
        self.assertEqual(self.journal.version_rows(), ["left1"])
        self.check()

    def test_file_that_was_edited_after_it_was_applied(self):
        self.succeeds("upgrade", "r0001")
        path = f"{self.migrations}/20240101_r0001.sql"
        with open(path, encoding="utf-8") as file:
            text = file.read()
        edited = text.replace("CREATE TABLE t_r0001 (id INTEGER);", "CREATE TABLE t_r0001 (id BIGINT);")
        self.write("migrations/20240101_r0001.sql", edited)
        said = self.refused("CHECKSUM_MISMATCH", "upgrade", "head")
        for content in (text, edited):
            self.assertIn(hashlib.sha256(content.encode()).hexdigest()[:12], said)
        self.assertIn("-CREATE TABLE t_r0001 (id INTEGER);", said)
        self.assertIn("+CREATE TABLE t_r0001 (id BIGINT);", said)
        self.assertIn("repair", said)
        self.assertEqual(self.journal.version_rows(), ["r0001"])

        self.succeeds("repair", "--accept-edited")
        self.succeeds("upgrade", "head")
        self.assertEqual(self.journal.version_rows(), ["r0003"])
        self.assertIn("repair", [run["kind"] for run in self.journal.runs()])
        self.check()

    # A statement in doubt.

    def interrupt_call(self):
        """A CALL whose agent is killed while it sleeps before its only effect."""
        self.succeeds("upgrade", "r0001")
        self.journal.query(
            "CREATE PROCEDURE slow() BEGIN DO SLEEP(1.5); INSERT INTO effects VALUES ('r0002', 1); END")
        self.step("r0002", "r0001", "CALL slow();\nCREATE TABLE t_r0002 (id INTEGER);", tables=["t_r0002"])
        self.effects["r0002"] = 1
        self.step("r0003", "r0002", "INSERT INTO effects VALUES (EFFECT);")
        client = self.client("upgrade", "head", addresses=[self.agents[1].address])
        client.next_event("statementStarted", where=lambda event: event["text"].startswith("CALL"))
        run = self.executing()
        session = self.journal.query(f"SELECT session_id FROM brant_progress WHERE run_id = '{run['id']}'")
        # It is told of before it is sent; within the procedure, the server shows what that executes.
        processes.wait_until(
            lambda: self.journal.query(
                f"SELECT 1 FROM information_schema.PROCESSLIST WHERE ID = {session[0]['session_id']} AND INFO LIKE '%SLEEP%'"),
            10, "the CALL sleeps")
        self.agents[1].kill()
        client.kill()
        self.clients.remove(client)
        return session[0]["session_id"]

    def settle(self, word):
        said = self.refused("STATEMENT_IN_DOUBT", "upgrade", "head")
        for command in ("brant repair r0002 --took-effect", "brant repair r0002 --no-effect"):
            self.assertIn(command, said)
        self.assertIn("CALL slow()", said)
        self.assertIn("20240101_r0002.sql:7", said)
        self.succeeds("repair", "r0002", word)
        self.succeeds("upgrade", "head")
        self.assertEqual(self.journal.version_rows(), ["r0003"])
        self.check()

    if dialect == "mysql":

        def test_statement_in_doubt_that_took_effect(self):
            self.interrupt_call()
            # The server goes on with the procedure, though nobody waits for it.
            processes.wait_until(
                lambda: self.journal.query("SELECT 1 FROM effects WHERE revision = 'r0002'"), 10, "the CALL ends")
            self.settle("--took-effect")

        def test_statement_in_doubt_that_had_no_effect(self):
            session = self.interrupt_call()
            try:
                self.journal.query(f"KILL {session}")
            except journal.pymysql.err.OperationalError as error:
                self.assertEqual(error.args[0], 1094, error)  # The server has ended it already.
            self.settle("--no-effect")


if __name__ == "__main__":
    cluster.main()
