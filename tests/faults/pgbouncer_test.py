"""Claim: behind a pgbouncer in transaction mode, where a session's lock protects nothing, three agents
still run every step once, leave no lock behind and other clients' settings alone; and what needs one
session (transaction:off) is refused before anything is written, with advice."""

import json
import threading

from tests.faults import cluster, journal, servers

STEPS = 20
REFUSED = 6


class Traffic:
    """The application's own short transactions through the pooler, which share its sessions."""

    def __init__(self, test, url):
        self._url = url
        self._end = threading.Event()
        self.queries = 0
        self.settings = set()
        self.errors = []
        self._thread = threading.Thread(target=self._work)
        self._thread.start()
        test.addCleanup(self.stop)

    def _work(self):
        try:
            connection = journal.connect(self._url)
            while not self._end.is_set():
                row = journal.query(connection, """
                    SELECT current_setting('lock_timeout') || ' ' || current_setting('statement_timeout')
                           || ' ' || current_setting('search_path') || ' '
                           || current_setting('client_connection_check_interval') AS settings""")[0]
                self.settings.add(row["settings"])
                self.queries += 1
            connection.close()
        except Exception as error:  # pylint: disable=broad-except
            self.errors.append(error)

    def stop(self):
        self._end.set()
        self._thread.join()


class PgbouncerTest(cluster.SharedServerTest):
    pooled = True

    def behind_pooler(self, pool):
        """A pooler with a pool of that size, traffic through it, and three agents behind it."""
        pooler = servers.Pgbouncer(self, self.database.url, pool).start()
        traffic = Traffic(self, pooler.url())
        self.start_agents(3, url=pooler.url())
        return traffic

    def nobody_else_noticed(self, traffic):
        """The traffic went on, with one and the same settings."""
        traffic.stop()
        self.assertEqual(traffic.errors, [])
        self.assertGreater(traffic.queries, 0)
        self.assertEqual(traffic.settings, {'0 0 "$user", public 0'})

    def every_step_once(self, pool):
        revisions = self.plan(STEPS, lambda revision: f"CREATE TABLE t_{revision} (id INTEGER);\n"
                                                      "INSERT INTO effects VALUES (EFFECT);")
        traffic = self.behind_pooler(pool)
        clients = self.clients_at_once(9, "upgrade", "head")
        self.all_end_with(0, clients)
        self.assertEqual(self.journal.version_rows(), [revisions[-1]])
        self.nobody_else_noticed(traffic)
        self.check()

    def test_pool_of_one(self):
        self.every_step_once(1)

    def test_pool_of_five(self):
        self.every_step_once(5)

    def test_what_needs_one_session_is_refused(self):
        self.step("r0001", "", "CREATE TABLE one (id INTEGER);", options="transaction:off")
        traffic = self.behind_pooler(5)
        client = self.client("upgrade", "head")
        result = client.wait(30)
        self.assertEqual(result.code, REFUSED, result)
        error = json.loads(result.out.splitlines()[-1])["error"]
        self.assertEqual(error["reason"], "POOLED_CONNECTION", result)
        self.assertIn("r0001", error["message"])
        self.assertIn("URL", error["metadata"]["hint"])
        self.assertEqual(self.database.objects(), [])
        self.nobody_else_noticed(traffic)


if __name__ == "__main__":
    cluster.main()
