"""Claim: where the network is cut, another agent takes the run over within 10 seconds, clients go on at
whichever agent they reach, lose no event, and end with 0; and what was cut off writes nothing more.

Agents live in network namespaces; the database and the clients are on bridges with them. FAULTS_CUTS
says for how many seconds links are cut. Making namespaces needs root."""

import os
import time

from tests import databases
from tests.faults import cluster, network, processes, servers

CUTS = [int(seconds) for seconds in os.environ.get("FAULTS_CUTS", "1,5").split(",")]
TAKEOVER = 10
STEPS = 40


class NetworkCutTest(cluster.ClusterTest):
    def setUp(self):
        super().setUp()
        self.to_database, self.to_clients = network.Network(self), network.Network(self)
        self.server = servers.Postgresql(self, self.to_database.address).start()

    def start_hosts(self):
        """A new database, and two agents on hosts of their own beside it."""
        database = databases.Postgresql(None, self.server.url())
        self.use_database(database)
        self.cables = []
        self.agents = []
        for _ in range(2):
            host = network.Host(self)
            cables = self.to_database.plug(host), self.to_clients.plug(host)
            self.cables.append(cables)
            agent = processes.Agent(self, self.server.url(database.name, self.to_database.address),
                                    host=cables[1].address, prefix=host.prefix)
            self.agents.append(agent.start())

    def start_run(self, seconds):
        """A run of about that many seconds on the first agent; two clients see it, one by each agent."""
        self.plan(STEPS, lambda revision: f"CREATE TABLE t_{revision} (id INTEGER);\n"
                                          f"INSERT INTO effects SELECT EFFECT FROM pg_sleep({seconds / STEPS});")
        first, second = self.addresses()
        clients = [self.client("upgrade", "head", addresses=[first, second])]
        clients[0].next_event("stepFinished")
        clients.append(self.client("upgrade", "head", addresses=[second, first]))
        clients[1].next_event("runWaiting")
        run = self.executing()
        self.assertEqual(run["pid"], self.agents[0].pid)
        return run, clients

    def test_another_agent_takes_over(self):
        self.start_hosts()
        run, clients = self.start_run(seconds=6)
        cut_at = time.monotonic()
        for cable in self.cables[0]:
            cable.cut()
        taken = self.executing(after_epoch=run["epoch"])
        self.assertLess(time.monotonic() - cut_at, TAKEOVER)
        self.assertEqual(taken["pid"], self.agents[1].pid)
        self.all_end_with(0, clients)
        for cable in self.cables[0]:
            cable.mend()
        self.check()

    def cut(self, which):
        for seconds in CUTS:
            with self.subTest(seconds=seconds):
                self.clients = []
                self.start_hosts()
                _, clients = self.start_run(seconds=min(2 * seconds + 2, 20))
                cable = self.cables[0][which]
                cable.cut()
                time.sleep(seconds)
                cable.mend()
                self.all_end_with(0, clients, timeout=90)
                self.check()

    def test_between_agent_and_database(self):
        self.cut(0)

    def test_between_client_and_agent(self):
        self.cut(1)


if __name__ == "__main__":
    cluster.main()
