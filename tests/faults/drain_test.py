"""Claim: an agent that is told to end (SIGTERM) first says NOT_SERVING, takes no new runs, finishes the step
under way or, where its grace period is shorter, rolls it back, and ends with 0; its clients go on at
another agent, which does the rest, and end with 0."""

import os
import time

import grpc

from tests.faults import cluster, wire

CLIENT_TIMEOUT = 7


class DrainTest(cluster.SharedServerTest):
    dialect = os.environ["FAULTS_DATABASE"]

    def begin(self, seconds, *arguments):
        """Two agents, and a client of both whose run is within a step of that many seconds."""
        sleep = {"postgresql": "FROM pg_sleep(%s)", "mysql": "FROM DUAL WHERE SLEEP(%s) = 0"}[self.dialect]
        self.plan(5, lambda revision: (
            "INSERT INTO effects SELECT EFFECT " + sleep % (seconds if revision == "r0003" else 0.01) + ";\n"
            "INSERT INTO effects VALUES (EFFECT);"), tables=lambda revision: [])
        self.start_agents(2, *arguments)
        client = self.client("upgrade", "head")
        client.next_event("stepStarted", where=lambda event: event["revision"] == "r0003")
        client.next_event("statementStarted")
        return client

    def test_step_under_way_is_finished(self):
        client = self.begin(3)
        agent = self.agents[0]
        with grpc.insecure_channel(agent.address) as channel:
            states = wire.stream(channel, "/grpc.health.v1.Health/Watch")(b"", timeout=30)
            self.assertEqual(wire.field(next(states), 1), wire.SERVING)
            begin = time.monotonic()
            agent.terminate()
            self.assertEqual(wire.field(next(states), 1), wire.NOT_SERVING)
            self.assertLess(time.monotonic() - begin, 1)
            self.assertTrue(agent.alive())
            self.assertEqual(self.executing()["pid"], agent.pid)
            states.cancel()
        refused = self.client("upgrade", "head", "--timeout", "1", addresses=[agent.address])
        result = refused.wait(10)
        self.assertEqual(result.code, CLIENT_TIMEOUT, result)
        self.assertEqual(refused.events(), [])
        result = agent.process.wait(20)
        self.assertEqual(result.code, 0, result)
        self.assertIn(("r0003", "done"), [(step["revision"], step["state"]) for step in self.journal.steps()
                                          if step["epoch"] == 1])
        self.all_end_with(0, [client])
        self.assertEqual([run["state"] for run in self.journal.runs()], ["interrupted", "succeeded"])
        self.assertEqual(self.journal.version_rows(), ["r0005"])
        self.check()

    def test_step_that_takes_too_long_is_rolled_back(self):
        client = self.begin(6, "--shutdown-grace", "1")
        agent = self.agents[0]
        begin = time.monotonic()
        agent.terminate()
        result = agent.process.wait(20)
        self.assertEqual(result.code, 0, result)
        self.assertLess(time.monotonic() - begin, 5)
        self.all_end_with(0, [client])
        self.assertEqual([run["state"] for run in self.journal.runs()], ["interrupted", "succeeded"])
        self.assertEqual(self.journal.version_rows(), ["r0005"])
        self.check()


if __name__ == "__main__":
    cluster.main()
