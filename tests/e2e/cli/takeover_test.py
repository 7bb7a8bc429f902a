"""A run goes on when its agent dies."""

import json
import re
import subprocess
import unittest

from tests.e2e import harness

# Takes a second or so, which is long enough to be killed in.
SLOW = """CREATE TABLE numbers AS
WITH RECURSIVE counter(number) AS (
  SELECT 1 UNION ALL SELECT number + 1 FROM counter WHERE number < 3000000
)
SELECT number FROM counter;"""


class TakeoverTest(harness.EndToEndTest):
    def setUp(self):
        super().setUp()
        self.url = self.new_database("sqlite").url
        self.revision("aaaa1111", upgrade="CREATE TABLE first (id INTEGER);")
        self.revision("bbbb2222", "aaaa1111", upgrade=SLOW)

    def start_mortal(self, listen):
        """Starts an agent that is to be killed; gives its process."""
        agent = subprocess.Popen(
            [harness.BRANTD, "--listen", listen],
            cwd=self.folder,
            env={**self.environment, "BRANT_DATABASE_URL": self.url},
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.addCleanup(agent.stderr.close)
        self.addCleanup(agent.wait)
        self.addCleanup(agent.kill)
        for line in agent.stderr:
            if re.search("listening on", line):
                return agent
        raise AssertionError("brantd ended with %d" % agent.wait())

    def follow_and_kill(self, agent, addresses):
        """Kills the agent when the slow step has begun; gives brant's process and what it said."""
        brant = subprocess.Popen(
            [harness.BRANT, "upgrade", "head", "--agent", addresses, "--request-id", "one"],
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.addCleanup(brant.wait)
        self.addCleanup(brant.kill)
        said = ""
        for line in brant.stdout:
            said += line
            if "-> bbbb2222" in line:
                break
        agent.kill()
        agent.wait()
        return brant, said

    def check_end(self, brant, said, address):
        out, err = brant.communicate(timeout=60)
        self.assertEqual(brant.returncode, 0, said + out + err)
        self.assertIn("Running upgrade aaaa1111 -> bbbb2222", out)
        self.assertIn("Upgraded to bbbb2222 (head): 1 revision in ", out)
        runs = json.loads(self.brant_ok("runs", "--agent", address, "--output", "json"))["runs"]
        self.assertEqual([run["requestId"] for run in runs], ["one", "one"])

    def test_another_agent_takes_it_up(self):
        other = self.start_agent(self.url, listen="unix://%s/2.sock" % self.folder)
        address = "unix://%s/1.sock" % self.folder
        brant, said = self.follow_and_kill(self.start_mortal(address), address + "," + other)
        self.assertEqual(
            brant.stderr.readline(), "agent %s went away; going on at %s\n" % (address, other)
        )
        self.check_end(brant, said, other)

    def test_the_agent_takes_it_up_when_it_is_back(self):
        address = "unix://%s/1.sock" % self.folder
        brant, said = self.follow_and_kill(self.start_mortal(address), address)
        self.assertIn("Trying again: can't reach the agent", brant.stderr.readline())
        self.start_agent(self.url, listen=address)
        self.check_end(brant, said, address)


if __name__ == "__main__":
    unittest.main()
