"""The commands of docs/guide.md run, in the order in which a reader types them."""

import os

from tests.docs.documents import DocumentTest, blocks, commands, read, sections
from tests.e2e import harness

GUIDE = os.path.abspath("docs/guide.md")


class GuideTest(DocumentTest):
    def setUp(self):
        super().setUp()
        self.sections = sections(read(GUIDE))

    def commands_of(self, title):
        """The commands of each block, without those that name the reader's own databases."""
        return [[line for line in commands(block) if not line.startswith("export ")]
                for block in blocks(self.sections[title], "sh")]

    def schema(self, database, folder):
        return self.run_shell(f"brant inspect --database-url sqlite:///{database}", folder)

    def test_an_existing_database(self):
        project = os.path.join(self.folder, "project")
        os.mkdir(project)
        self.run_shell("sqlite3 chat.db 'CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);"
                       " CREATE INDEX users_name ON users (name); INSERT INTO users VALUES (1, 1);'",
                       project)
        self.environment["EMPTY_URL"] = "sqlite:///empty.db"
        for block in self.commands_of("An existing database"):
            self.assertTrue(block)
            for command in block:
                printed = self.run_shell(command, project)
        self.assertIn("(head)", printed)
        self.assertEqual(self.schema("empty.db", project), self.schema("chat.db", project))
        self.assertIn("users_name", self.schema("chat.db", project))
        self.assertEqual(self.run_shell("sqlite3 chat.db 'SELECT * FROM users'", project), "1|1\n")
        self.assertIn("Already at head", self.run_shell("brant upgrade head", project))

    def test_a_day(self):
        project = self.clone_example()
        pull, by_hand, generated, look = self.commands_of("A day")
        for command in pull + by_hand:
            self.run_shell(command, project)
        (migration,) = blocks(self.sections["A day"], "sql")
        self.write_sections_of(migration, os.path.join(project, "migrations"))
        self.run_shell("brant upgrade head", project)
        for command in generated + look:
            self.run_shell(command, project)
        for column in ("picture", "biography"):
            self.assertIn(column, self.schema("chat.db", project))


if __name__ == "__main__":
    harness.main()
