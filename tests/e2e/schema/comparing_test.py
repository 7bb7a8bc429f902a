"""A comparison that takes long holds nobody up, and ends with whoever asked for it."""

import signal
import subprocess
import time

from tests.e2e import harness

SLOW = "DO $$ BEGIN PERFORM pg_catalog.pg_sleep(600); END $$; CREATE TABLE a (id int);"


class ComparingTest(harness.EndToEndTest):
    def setUp(self):
        super().setUp()
        self.database = self.new_database("postgresql")
        self.write("slow.sql", SLOW)
        self.write("quick.sql", "CREATE TABLE a (id int);")

    def evaluations(self):
        """How many scratch spaces execute a statement."""
        return int(self.database.rows(
            "SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE 'brant schema%' "
            "AND state = 'active' AND datname = current_database()")[0][0])

    def wait_for_evaluations(self, count):
        """Waits until there are so many."""
        end = time.monotonic() + 30
        while self.evaluations() != count:
            self.assertLess(time.monotonic(), end, "there are %d" % self.evaluations())
            time.sleep(0.05)

    def begin_slow(self):
        """Starts a comparison that does not end."""
        program = subprocess.Popen(
            [harness.BRANT, "diff", "--schema", "slow.sql"], cwd=self.folder,
            env=self.environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True)
        self.addCleanup(program.wait)
        self.addCleanup(program.kill)
        self.wait_for_evaluations(1)
        return program

    def test_another_one_waits_for_its_turn(self):
        # Longer than it waits for the locks of others.
        self.write("slow.sql", SLOW.replace("600", "7"))
        self.environment["DATABASE_URL"] = self.database.url
        program = self.begin_slow()
        self.assertIn("CREATE TABLE a", self.brant_ok("diff", "--schema", "quick.sql"))
        out, err = program.communicate(timeout=60)
        self.assertEqual(program.returncode, 0, err)
        self.assertIn("CREATE TABLE a", out)

    def test_others_go_on_and_it_ends_with_its_client(self):
        self.environment["BRANT_AGENT"] = self.start_agent(self.database.url)
        program = self.begin_slow()
        self.assertIn('"tables"', self.brant_ok("inspect", "--output", "json"))
        program.send_signal(signal.SIGKILL)
        self.wait_for_evaluations(0)
        self.assertIn("CREATE TABLE a", self.brant_ok("diff", "--schema", "quick.sql"))

    def test_it_ends_with_its_agent(self):
        self.environment["BRANT_AGENT"] = self.start_agent(self.database.url)
        self.begin_slow()
        # The harness stops the agent, which must end well, before it drops the database.

    def test_it_ends_with_a_signal(self):
        self.environment["DATABASE_URL"] = self.database.url
        program = self.begin_slow()
        program.send_signal(signal.SIGINT)
        program.wait(timeout=30)
        self.wait_for_evaluations(0)


if __name__ == "__main__":
    harness.main()
