"""Claim: however often the agent that executes is killed, the next one goes on with its work, and every
statement takes effect exactly once; nobody clears anything by hand, and the clients end with 0.

A plan of 200 steps; three clients that know all of three agents; 50 times SIGKILL at a random moment
of a run. FAULTS_PLAN chooses steps in transactions, steps in autocommit, or MariaDB's, where every
DDL statement commits. Repeat a case with FAULTS_SEED."""

import os
import random
import time

from tests.faults import cluster

STEPS = 200
KILLS = 50
# Seconds; the moment of a kill, counted from when the run is seen.
LATEST_KILL = 0.08

PLAN = os.environ["FAULTS_PLAN"]


def transactional(revision):
    return (f"CREATE TABLE t_{revision} (id INTEGER);\n"
            "INSERT INTO effects VALUES (EFFECT);\n"
            "INSERT INTO effects SELECT EFFECT FROM pg_sleep(0.015);\n"
            f"ALTER TABLE t_{revision} ADD COLUMN more TEXT;\n"
            "UPDATE counter SET n = n + 1;")


def autocommit(revision):
    return (f"CREATE TABLE t_{revision} (id INTEGER);\n"
            "INSERT INTO effects VALUES (EFFECT);\n"
            f"CREATE INDEX CONCURRENTLY i_{revision} ON t_{revision} (id);\n"
            "INSERT INTO effects SELECT EFFECT FROM pg_sleep(0.01);\n"
            f"ALTER TABLE t_{revision} ADD COLUMN more TEXT;\n"
            "UPDATE counter SET n = n + 1;")


def mariadb(revision):
    return (f"CREATE TABLE t_{revision} (id INTEGER);\n"
            "INSERT INTO effects VALUES (EFFECT);\n"
            f"ALTER TABLE t_{revision} ADD COLUMN more TEXT;\n"
            "INSERT INTO effects SELECT EFFECT FROM DUAL WHERE SLEEP(0.01) = 0;\n"
            f"CREATE INDEX i_{revision} ON t_{revision} (id);\n"
            "UPDATE counter SET n = n + 1;")


# Statements of a revision, the database, the options of its sections.
PLANS = {
    "transactional": (transactional, "postgresql", ""),
    "autocommit": (autocommit, "postgresql", "transaction:off"),
    "mariadb": (mariadb, "mysql", ""),
}


class KillAgentTest(cluster.SharedServerTest):
    statements, dialect, options = PLANS[PLAN]

    def test_fifty_kills(self):
        seed = os.environ.get("FAULTS_SEED") or str(time.time_ns())
        print(f"FAULTS_SEED={seed}", flush=True)
        moments = random.Random(seed)
        revisions = self.plan(STEPS, type(self).statements, self.options)
        self.database.execute("CREATE TABLE counter (n INTEGER); INSERT INTO counter VALUES (0);")
        self.start_agents(3)
        clients = self.clients_at_once(3, "upgrade", "head")
        killed = epoch = 0
        while killed < KILLS and any(client.alive() for client in clients):
            run = self.executing(after_epoch=epoch)
            epoch = run["epoch"]
            time.sleep(moments.uniform(0, LATEST_KILL))
            agent = self.agent_of(run)
            self.assertIsNotNone(agent, run)
            agent.kill()
            killed += 1
            agent.start()
        self.all_end_with(0, clients, timeout=90)
        self.assertEqual(killed, KILLS, "the plan was over before all kills")
        self.assertEqual(self.journal.version_rows(), [revisions[-1]])
        self.assertEqual(self.journal.query("SELECT n FROM counter"), [{"n": STEPS}])
        self.check()


if __name__ == "__main__":
    cluster.main()
