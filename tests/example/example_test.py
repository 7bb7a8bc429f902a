"""The example project on a real database, by real programs: an agent, and brant talking to it."""

import difflib
import os
import re

from tests.e2e import harness

# Which database: the build file has a test for each.
DATABASE = os.environ["EXAMPLE_DATABASE"]
MIGRATIONS = os.path.abspath("migrations")

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


class ExampleTest(harness.EndToEndTest):
    maxDiff = None

    def setUp(self):
        super().setUp()
        self.database = self.new_database(DATABASE)
        self.migrations = MIGRATIONS
        self.environment["BRANT_MIGRATIONS"] = MIGRATIONS
        self.address = self.start_agent(self.database.url, listen=f"unix://{self.folder}/agent.sock")

    def run_brant(self, *arguments, agent=True):
        if agent:
            return self.brant_ok(*arguments, BRANT_AGENT=self.address)
        return self.brant_ok(*arguments, DATABASE_URL=self.database.url)

    def assert_same_schema(self, before, after, what):
        if before != after:
            self.fail(f"{what}:\n" + "\n".join(
                difflib.unified_diff(before.splitlines(), after.splitlines(), lineterm="")))

    def test_up_down_and_up_again(self):
        empty = self.database.schema()
        self.run_brant("upgrade", "head")
        whole = self.database.schema()
        self.assertIn("conversation_overview", whole)
        self.assertIn("(head)", self.run_brant("current"))

        self.run_brant("downgrade", "base")
        self.assertEqual(self.run_brant("current").strip(), "")
        self.assert_same_schema(empty, self.database.schema(), "base is not empty")
        self.assertEqual([name for name in self.database.objects() if not name.startswith("brant_")], [])

        self.run_brant("upgrade", "head")
        self.assert_same_schema(whole, self.database.schema(), "the second upgrade differs")

    def test_each_step_up_down_and_up_again(self):
        for revision, parents in revisions_in_order(self.migrations):
            before = self.database.schema()
            self.run_brant("upgrade", revision)
            after = self.database.schema()
            if len(parents) == 1:
                target = f"{revision}@{parents[0]}"
            else:
                target = parents[0] if parents else f"{revision}@base"
            self.run_brant("downgrade", target)
            self.assert_same_schema(before, self.database.schema(), f"down from {revision}")
            self.run_brant("upgrade", revision)
            self.assert_same_schema(after, self.database.schema(), f"up to {revision} again")

    def test_data_survives(self):
        self.run_brant("upgrade", ATTACHMENTS)
        self.database.execute(SAMPLE)
        self.run_brant("upgrade", "head")
        self.database.execute(SECOND_MESSAGE)
        self.assertEqual(self.database.execute("SELECT handle FROM users ORDER BY id;").split(),
                         ["ada", "ada-000000a2", "bob"])
        self.assertEqual(self.database.execute("SELECT about FROM profiles;").split(), ["Counts."])
        self.assertEqual(self.database.execute("SELECT message_count FROM conversation_overview;").split(),
                         ["2"])
        # The trigger counted the message that came after it was made.
        self.assertEqual(self.database.execute("SELECT characters FROM usage_daily;").split(), ["11"])
        self.assertEqual(self.database.execute("SELECT file_name FROM attachments;").split(), ["notes.txt"])
        self.run_brant("downgrade", ATTACHMENTS)
        self.assertEqual(self.database.execute("SELECT id FROM messages ORDER BY id;").split(),
                         ["m1", "m2"])

    def test_a_private_agent_does_the_same(self):
        self.run_brant("upgrade", "head")
        whole = self.database.schema()
        self.run_brant("downgrade", "base", agent=False)
        self.assertEqual([name for name in self.database.objects() if not name.startswith("brant_")], [])
        self.run_brant("upgrade", "head", agent=False)
        self.assert_same_schema(whole, self.database.schema(), "the private agent's upgrade differs")

    def test_lint_finds_only_what_is_acknowledged(self):
        result = self.brant("lint")
        self.assertEqual(result.code, 0, result)
        self.assertRegex(result.err, r"20 revisions: \d+ notices, \d+ acknowledged\n")

    def test_offline_scripts_give_the_same_database(self):
        self.run_brant("upgrade", "head")
        whole, rows = self.database.schema(), self.database.version_rows()
        offline = self.new_database(DATABASE, "offline")
        self.environment["DATABASE_URL"] = offline.url
        script = self.brant_ok("upgrade", "head", "--sql")
        first = offline.pipe(script)
        self.assertEqual(first.returncode, 0, first.stderr)
        self.assertEqual(offline.version_rows(), rows)
        again = offline.pipe(script)
        self.assertNotEqual(again.returncode, 0)
        self.assertEqual(len(re.findall(r"(?im)^(?:(?:parse|runtime) )?error\b", again.stderr)), 1,
                         "the client goes on after an error:\n" + again.stderr)
        self.assertEqual(offline.version_rows(), rows)
        self.assert_same_schema(self.plain(whole), self.plain(offline.schema()), "the script differs")
        offline.execute(self.brant_ok("downgrade", "head:base", "--sql"))
        self.assertEqual(offline.version_rows(), [])
        self.assertEqual([name for name in offline.objects() if not name.startswith("brant_")], [])
        offline.execute(self.brant_ok("stamp", "head", "--sql"))
        self.assertEqual(offline.version_rows(), rows)

    def plain(self, schema):
        """A schema without the database's own name, which mariadb-dump mentions."""
        return re.sub(r"brant_test_\w+", "database", schema)


if __name__ == "__main__":
    harness.main()
