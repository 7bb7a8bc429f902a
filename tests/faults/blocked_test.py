"""Claim: while a migration waits for a table that a long transaction holds, the application's queries
behind it wait no longer than brantd's lock timeout; the events name who is in the way and what that one
runs; and the migration ends by itself once the reader has left.

FAULTS_HOLD says for how many seconds the reader stays."""

import os
import threading
import time

from tests.e2e import harness
from tests.faults import cluster, journal, processes

HOLD = float(os.environ.get("FAULTS_HOLD", "12"))
# brantd's default (docs/brantd.md), in seconds, and what a busy machine may add.
LOCK_TIMEOUT = 3
MARGIN = 1.5


class Application:
    """Asks the table again and again, and measures how long an answer takes."""

    def __init__(self, test, sql):
        self._test = test
        self._sql = sql
        self._end = threading.Event()
        self.times = []
        self.errors = []
        self._thread = threading.Thread(target=self._ask)
        self._thread.start()
        test.addCleanup(self.stop)

    def _ask(self):
        try:
            connection = journal.connect(self._test.database.url)
            while not self._end.wait(0.02):
                before = time.monotonic()
                journal.query(connection, self._sql)
                self.times.append(time.monotonic() - before)
            connection.close()
        except Exception as error:  # pylint: disable=broad-except
            self.errors.append(error)

    def stop(self):
        self._end.set()
        self._thread.join()


class BlockedTest(cluster.SharedServerTest):
    dialect = os.environ["FAULTS_DATABASE"]

    def status(self):
        """What `brant status` prints."""
        client = processes.Process(
            self, [harness.BRANT, "status", "--agent", *self.addresses()], self.environment)
        return client.wait(10).out

    def test_application_is_not_held_up(self):
        self.plan(0, None)
        self.step("r0001", "r0000", "ALTER TABLE items ADD COLUMN more INTEGER;\n"
                                    "INSERT INTO effects VALUES (EFFECT);")
        self.database.execute("CREATE TABLE items (id INTEGER PRIMARY KEY);"
                              "INSERT INTO items VALUES (1), (2);")
        reader = journal.connect(self.database.url)
        if self.dialect == "postgresql":
            reader.autocommit = False
            journal.query(reader, "SELECT 42 AS the_readers_query, id FROM items")
            session = str(reader.get_backend_pid())
        else:
            journal.query(reader, "BEGIN")
            journal.query(reader, "SELECT 42 AS the_readers_query, id FROM items")
            session = str(reader.thread_id())
        application = Application(self, "SELECT id FROM items WHERE id = 1")
        self.start_agents(1)
        client = self.client("upgrade", "head")
        begin = time.monotonic()
        blocked = client.next_event("statementBlocked", 30, lambda event: any(
            blocker["sessionId"] == session for blocker in event["blockers"]))
        blocker = next(found for found in blocked["blockers"] if found["sessionId"] == session)
        if self.dialect == "postgresql":
            # MariaDB does not keep what a session ran last.
            self.assertIn("the_readers_query", blocker["statement"])
        # Who asks later is told too, once it is recorded.
        processes.wait_until(lambda: f"of session {session}" in self.status(), 10, "the status tells")
        # The reader stays for as long as it wants; that is the fault.
        time.sleep(max(0, HOLD - (time.monotonic() - begin)))
        self.assertTrue(client.alive(), client.stdout.text())
        reader.close()
        self.all_end_with(0, [client], timeout=30)
        application.stop()
        self.assertEqual(application.errors, [])
        self.assertLess(max(application.times), LOCK_TIMEOUT + MARGIN)
        self.check()


if __name__ == "__main__":
    cluster.main()
