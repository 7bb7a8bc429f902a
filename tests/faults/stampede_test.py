"""Claim: 64 nodes that deploy at the same instant, over 3 agents of an empty database, make one run.
Every one of them ends with 0, and each revision is applied exactly once.

Each step makes a table without IF NOT EXISTS and adds a row to a table without a key, so a step that
ran twice would fail or be counted."""

import os

from tests.faults import cluster

CLIENTS = 64
AGENTS = 3


class StampedeTest(cluster.SharedServerTest):
    dialect = os.environ["FAULTS_DATABASE"]

    def test_one_run(self):
        revisions = self.plan(20, lambda revision: f"CREATE TABLE t_{revision} (id INTEGER);\n"
                                                   "INSERT INTO effects VALUES (EFFECT);")
        self.start_agents(AGENTS)
        clients = self.clients_at_once(CLIENTS, "upgrade", "head")
        self.all_end_with(0, clients)
        self.assertEqual(self.journal.version_rows(), [revisions[-1]])
        self.assertEqual([run["state"] for run in self.journal.runs()], ["succeeded"])
        self.check()


if __name__ == "__main__":
    cluster.main()
