"""Claim: CREATE INDEX CONCURRENTLY ends while 20 nodes wait for the run and the application writes; and
one whose agent is killed in the middle of the build leaves an invalid index, which the next run drops
and builds anew."""

import threading

from tests.faults import cluster, journal, processes

WAITERS = 20
ROWS = 100_000

INDEX = """
    SELECT i.indexrelid AS oid, i.indisvalid AS valid FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
    WHERE c.relname = 'items_name'"""


class Writers:
    """Sessions that change rows of `items` until they are told to end."""

    def __init__(self, test, count):
        self._test = test
        self._end = threading.Event()
        self.written = [0] * count
        self.errors = []
        self._threads = [threading.Thread(target=self._write, args=(i,)) for i in range(count)]
        for thread in self._threads:
            thread.start()
        test.addCleanup(self.stop)

    def _write(self, i):
        try:
            connection = journal.connect(self._test.database.url)
            while not self._end.is_set():
                journal.query(connection, f"UPDATE items SET name = name || '.' WHERE id = {i + 1}")
                self.written[i] += 1
            connection.close()
        except Exception as error:  # pylint: disable=broad-except
            self.errors.append(error)

    def stop(self):
        self._end.set()
        for thread in self._threads:
            thread.join()


class ConcurrentIndexTest(cluster.SharedServerTest):
    def setUp(self):
        super().setUp()
        self.plan(0, None)
        self.step("r0001", "r0000", "CREATE INDEX CONCURRENTLY items_name ON items (name);\n"
                                    "INSERT INTO effects VALUES (EFFECT);", options="transaction:off")
        self.database.execute(
            "CREATE TABLE items (id INTEGER PRIMARY KEY, name TEXT);"
            f"INSERT INTO items SELECT i, 'item ' || i FROM generate_series(1, {ROWS}) i;")

    def index_states(self):
        return [row["valid"] for row in self.journal.query(INDEX)]

    def test_ends_while_nodes_wait_and_the_application_writes(self):
        self.start_agents(2)
        writers = Writers(self, 2)
        clients = self.clients_at_once(WAITERS, "upgrade", "head")
        self.all_end_with(0, clients)
        writers.stop()
        self.assertEqual(writers.errors, [])
        self.assertGreater(min(writers.written), 0)
        self.assertEqual(self.index_states(), [True])
        self.assertEqual([run["state"] for run in self.journal.runs()], ["succeeded"])
        self.check()

    def test_index_that_a_killed_agent_left_is_built_anew(self):
        self.start_agents(2)
        # A snapshot that is older than the index keeps its build from ending.
        holder = journal.connect(self.database.url)
        holder.autocommit = False
        journal.query(holder, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        journal.query(holder, "SELECT count(*) FROM items WHERE id = 1")
        self.addCleanup(holder.close)
        clients = self.clients_at_once(2, "upgrade", "head")
        processes.wait_until(lambda: self.index_states() == [False], 30, "the build waits")
        left = self.journal.query(INDEX)[0]["oid"]
        run = self.executing()
        self.agent_of(run).kill()
        # Its session ends although the old snapshot is still there, and leaves the index as it is.
        self.eventually_empty("SELECT * FROM pg_stat_activity WHERE datname = current_database() "
                              f"AND application_name LIKE '%{run['id']}%'")
        self.assertEqual(self.index_states(), [False])
        holder.rollback()
        self.all_end_with(0, clients)
        self.assertEqual(self.index_states(), [True])
        self.assertNotEqual(self.journal.query(INDEX)[0]["oid"], left)
        self.check()


if __name__ == "__main__":
    cluster.main()
