"""README.md says the truth: its commands run, and its output is what the programs print."""

import os
import re

from tests.docs.documents import DocumentTest, blocks, commands, read, sections
from tests.e2e import harness

README = os.path.abspath("README.md")
DEMONSTRATION = os.path.abspath("tools/demonstration")


def without_chance(text):
    """Output without what differs each time: temporary folders and durations."""
    text = re.sub(r"/tmp/tmp\.\w+", "/tmp/tmp.X", text)
    return re.sub(r"\d+\.\d+ s\b", "N s", text).strip()


class ReadmeTest(DocumentTest):
    maxDiff = None

    def setUp(self):
        super().setUp()
        self.sections = sections(read(README))

    def test_quick_start_prints_what_the_readme_shows(self):
        shown = blocks(self.sections["Quick start"], "console")[0]
        printed = self.run_shell(DEMONSTRATION, self.folder)
        self.assertEqual(without_chance(shown), without_chance(printed))

    def test_daily_work(self):
        project = self.clone_example()
        daily = self.sections["Daily work"]
        (migration,) = blocks(daily, "sql")
        by_hand, generated = (commands(block) for block in blocks(daily, "sh"))
        by_hand = [line for line in by_hand if not line.startswith("export DATABASE_URL=")]
        self.assertGreater(len(by_hand), 4)
        for command in by_hand:
            self.run_shell(command, project)
            if command.startswith("brant revision"):
                self.write_sections_of(migration, os.path.join(project, "migrations"))
        self.assertEqual(self.run_shell("git status --porcelain --ignored migrations", project), "")
        self.assertIn("(head)", self.run_shell("brant current", project))
        self.assertIn("picture", self.run_shell("sqlite3 chat.db .schema", project))

        self.assertGreater(len(generated), 3)
        for command in generated:
            self.run_shell(command, project)
        self.assertIn("biography", self.run_shell("sqlite3 chat.db .schema", project))


if __name__ == "__main__":
    harness.main()
