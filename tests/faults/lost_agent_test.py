"""Claim: who asks about a run whose agent was killed, and whose work nobody has taken up yet, is told
so: by the status within seconds, by `watch` and `cancel` instead of waiting for ever."""

import json
import os

from tests.e2e import harness
from tests.faults import cluster, processes

UNREACHABLE = 3

SLOW = {
    "postgresql": "INSERT INTO effects SELECT EFFECT FROM pg_sleep(0.2);",
    "mysql": "INSERT INTO effects SELECT EFFECT FROM DUAL WHERE SLEEP(0.2) = 0;",
    "sqlite": "INSERT INTO effects WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n "
              "WHERE i < 500000) SELECT EFFECT FROM n WHERE i = 1;",
}


class LostAgentTest(cluster.SharedServerTest):
    dialect = os.environ["FAULTS_DATABASE"]

    def status(self):
        """What `brant status` prints at the agent that lives."""
        client = processes.Process(
            self, [harness.BRANT, "status", "--agent", self.agents[1].address], self.environment)
        result = client.wait(30)
        self.assertEqual(result.code, 0, result)
        return result.out

    def test_lost_run_is_told(self):
        self.start_agents(2)
        here, there = ([agent.address] for agent in self.agents)
        self.plan(100, lambda _: SLOW[self.dialect], tables=lambda _: [])
        runner = self.client("upgrade", "head", addresses=here)
        runner.next_event("stepFinished")
        run = self.executing()
        self.assertIn(f"{run['id']} (upgrade head)", self.status())
        self.assertIn(f"at agent {run['agent']}", self.status())
        self.agents[0].kill()
        runner.kill()
        self.clients.remove(runner)
        processes.wait_until(lambda: "shows no life for" in self.status(), 30, "the status tells")
        self.assertIn("Running:   nothing", self.status())
        for command in ("watch", "cancel"):
            asked = self.client(command, run["id"], addresses=there)
            result = asked.wait(30)
            self.clients.remove(asked)
            self.assertEqual(result.code, UNREACHABLE, result)
            error = json.loads(result.out.splitlines()[-1])["error"]
            self.assertEqual(error["reason"], "AGENT_LOST", result)
            self.assertIn("brant upgrade head", error["metadata"]["hint"])
        self.all_end_with(0, [self.client("upgrade", "head", addresses=there)])
        self.assertNotIn("shows no life", self.status())
        self.check()


if __name__ == "__main__":
    cluster.main()
