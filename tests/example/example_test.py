"""The example project on a real database, by real programs: an agent, and brant talking to it.

    example_test.py DATABASE BRANT BRANTD MIGRATIONS

DATABASE is postgresql, mysql or sqlite; MIGRATIONS any file of the project's folder.
"""

import difflib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import databases

DATABASE, BRANT, BRANTD, MIGRATIONS = "", "", "", ""

SAMPLE = """
INSERT INTO users (id, email, display_name) VALUES
    ('01HR00000000000000000000A1', 'Ada@example.org', 'Ada'),
    ('01HR00000000000000000000A2', 'ada@example.com', 'Another Ada'),
    ('01HR00000000000000000000B3', 'bob@example.org', 'Bob');
INSERT INTO profiles (user_id, bio) VALUES ('01HR00000000000000000000A1', 'Counts.');
INSERT INTO conversations (id, user_id, title) VALUES ('c1', '01HR00000000000000000000A1', 'Engines');
INSERT INTO messages (id, conversation_id, position, role, content)
VALUES ('m1', 'c1', 1, 'user', 'Hello; are you "there"?');
INSERT INTO attachments (id, message_id, file_name, media_type, size_bytes, storage_key)
VALUES ('a1', 'm1', 'notes.txt', 'text/plain', 12, 'k1');
"""
SECOND_MESSAGE = """
INSERT INTO messages (id, conversation_id, position, role, content)
VALUES ('m2', 'c1', 2, 'assistant', 'Hello again');
"""
ATTACHMENTS = "52c8e1f7049b"


def revisions_in_order(folder):
    """(id, parents) of each file; in this project the files' order is one that can be applied."""
    found = []
    for name in sorted(os.listdir(folder)):
        if not name.endswith(".sql"):
            continue
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            text = file.read()
        revision = re.search(r"^-- Revision ID: (\w+)$", text, re.M).group(1)
        parents = re.search(r"^-- Revises:(.*)$", text, re.M).group(1)
        found.append((revision, [parent.strip() for parent in parents.split(",") if parent.strip()]))
    return found


class ExampleTest(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        # A socket's path may have 107 bytes, so not the test's own long folder.
        self.folder = tempfile.mkdtemp(prefix="brant-example-", dir="/tmp")
        self.addCleanup(shutil.rmtree, self.folder)
        self.database = databases.BY_NAME[DATABASE](self.folder)
        self.addCleanup(self.database.drop)
        self.address = f"unix://{self.folder}/agent.sock"
        self.migrations = os.path.dirname(MIGRATIONS)
        self.start_agent()

    def start_agent(self):
        self.agent = subprocess.Popen([BRANTD, "--listen", self.address], stderr=subprocess.PIPE, text=True,
                                      env={**os.environ, "BRANT_DATABASE_URL": self.database.url})
        said = ""
        for line in self.agent.stderr:
            said += line
            if line.startswith("brantd: listening on"):
                self.addCleanup(self.stop_agent)
                return
        self.agent.communicate()
        self.fail("brantd did not start:\n" + said)

    def stop_agent(self):
        self.agent.terminate()
        _, rest = self.agent.communicate(timeout=30)
        self.assertEqual(self.agent.returncode, 0, rest)

    def brant(self, *arguments, agent=True):
        environment = dict(os.environ)
        for name in ("DATABASE_URL", "BRANT_DATABASE_URL", "BRANT_AGENT"):
            environment.pop(name, None)
        if agent:
            environment["BRANT_AGENT"] = self.address
        else:
            environment["DATABASE_URL"] = self.database.url
        environment["BRANT_MIGRATIONS"] = self.migrations
        result = subprocess.run([BRANT, *arguments], capture_output=True, text=True, check=False,
                                env=environment, cwd=self.folder, timeout=120)
        self.assertEqual(result.returncode, 0,
                         f"brant {' '.join(arguments)}\n{result.stdout}{result.stderr}")
        return result.stdout

    def assert_same_schema(self, before, after, what):
        if before != after:
            self.fail(f"{what}:\n" + "\n".join(
                difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="")))

    def test_up_down_and_up_again(self):
        empty = self.database.schema()
        self.brant("upgrade", "head")
        whole = self.database.schema()
        self.assertIn("conversation_overview", whole)
        self.assertIn("(head)", self.brant("current"))

        self.brant("downgrade", "base")
        self.assertEqual(self.brant("current").strip(), "")
        self.assert_same_schema(empty, self.database.schema(), "base is not empty")
        self.assertEqual([name for name in self.database.objects() if not name.startswith("brant_")], [])

        self.brant("upgrade", "head")
        self.assert_same_schema(whole, self.database.schema(), "the second upgrade differs")

    def test_each_step_up_down_and_up_again(self):
        for revision, parents in revisions_in_order(self.migrations):
            before = self.database.schema()
            self.brant("upgrade", revision)
            after = self.database.schema()
            if len(parents) == 1:
                target = f"{revision}@{parents[0]}"
            else:
                target = parents[0] if parents else f"{revision}@base"
            self.brant("downgrade", target)
            self.assert_same_schema(before, self.database.schema(), f"down from {revision}")
            self.brant("upgrade", revision)
            self.assert_same_schema(after, self.database.schema(), f"up to {revision} again")

    def test_data_survives(self):
        self.brant("upgrade", ATTACHMENTS)
        self.database.execute(SAMPLE)
        self.brant("upgrade", "head")
        self.database.execute(SECOND_MESSAGE)
        self.assertEqual(self.database.execute("SELECT handle FROM users ORDER BY id;").split(),
                         ["ada", "ada-000000a2", "bob"])
        self.assertEqual(self.database.execute("SELECT about FROM profiles;").split(), ["Counts."])
        self.assertEqual(self.database.execute("SELECT message_count FROM conversation_overview;").split(),
                         ["2"])
        # The trigger counted the message that came after it was made.
        self.assertEqual(self.database.execute("SELECT characters FROM usage_daily;").split(), ["11"])
        self.assertEqual(self.database.execute("SELECT file_name FROM attachments;").split(), ["notes.txt"])
        self.brant("downgrade", ATTACHMENTS)
        self.assertEqual(self.database.execute("SELECT id FROM messages ORDER BY id;").split(),
                         ["m1", "m2"])

    def test_a_private_agent_does_the_same(self):
        self.brant("upgrade", "head")
        whole = self.database.schema()
        self.brant("downgrade", "base", agent=False)
        self.assertEqual([name for name in self.database.objects() if not name.startswith("brant_")], [])
        self.brant("upgrade", "head", agent=False)
        self.assert_same_schema(whole, self.database.schema(), "the private agent's upgrade differs")


if __name__ == "__main__":
    DATABASE = sys.argv[1]
    BRANT, BRANTD, MIGRATIONS = (os.path.abspath(path) for path in sys.argv[2:5])
    unittest.main(argv=sys.argv[:1], verbosity=2)
