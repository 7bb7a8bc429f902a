"""README.md says the truth: its commands run, and its output is what the programs print."""

import os
import re
import shutil
import subprocess

from tests.e2e import harness

README = os.path.abspath("README.md")
DEMONSTRATION = os.path.abspath("tools/demonstration")
MIGRATIONS = os.path.abspath("migrations")


def sections(text):
    """Title of each second-level section, and its text."""
    parts = re.split(r"(?m)^## (.*)\n", text)
    return dict(zip(parts[1::2], parts[2::2]))


def blocks(text, language):
    """The fenced blocks of a language."""
    return re.findall(rf"(?ms)^```{language}\n(.*?)^```$", text)


def without_chance(text):
    """Output without what differs each time: temporary folders and durations."""
    text = re.sub(r"/tmp/tmp\.\w+", "/tmp/tmp.X", text)
    return re.sub(r"\d+\.\d+ s\b", "N s", text).strip()


class ReadmeTest(harness.EndToEndTest):
    maxDiff = None

    def setUp(self):
        super().setUp()
        with open(README, encoding="utf-8") as file:
            self.sections = sections(file.read())
        self.environment |= {
            "PATH": os.pathsep.join([os.path.dirname(harness.BRANT), os.path.dirname(harness.BRANTD),
                                     os.environ["PATH"]]),
            "DATABASE_URL": "sqlite:///chat.db",
            "GIT_AUTHOR_NAME": "Test", "GIT_AUTHOR_EMAIL": "test@example.org",
            "GIT_COMMITTER_NAME": "Test", "GIT_COMMITTER_EMAIL": "test@example.org",
        }

    def run_shell(self, command, folder):
        result = subprocess.run(["bash", "-euc", command], cwd=folder, env=self.environment,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, text=True, check=False, timeout=120)
        self.assertEqual(result.returncode, 0, f"{command}\n{result.stdout}")
        return result.stdout

    def test_quick_start_prints_what_the_readme_shows(self):
        shown = blocks(self.sections["Quick start"], "console")[0]
        printed = self.run_shell(DEMONSTRATION, self.folder)
        self.assertEqual(without_chance(shown), without_chance(printed))

    def test_daily_work(self):
        origin = os.path.join(self.folder, "origin")
        project = os.path.join(self.folder, "project")
        os.mkdir(origin)
        shutil.copytree(MIGRATIONS, os.path.join(origin, "migrations"),
                        ignore=shutil.ignore_patterns("BUILD*"))
        self.run_shell("git init -q -b main && git add . && git commit -qm Start", origin)
        self.run_shell("git clone -q origin project", self.folder)
        daily = self.sections["Daily work"]
        migration = blocks(daily, "sql")[0]
        commands = [line.split(" #")[0].strip() for line in blocks(daily, "sh")[0].splitlines()]
        commands = [line for line in commands if line and not line.startswith("export DATABASE_URL=")]
        self.assertGreater(len(commands), 4)
        for command in commands:
            self.run_shell(command, project)
            if command.startswith("brant revision"):
                self.write_sections_of(migration, os.path.join(project, "migrations"))
        self.assertEqual(self.run_shell("git status --porcelain --ignored migrations", project), "")
        self.assertIn("(head)", self.run_shell("brant current", project))
        self.assertIn("picture", self.run_shell("sqlite3 chat.db .schema", project))

    def write_sections_of(self, migration, folder):
        """Puts the README's SQL below the header that `brant revision` wrote."""
        marker = "-- brant:upgrade"
        newest = os.path.join(folder, max(name for name in os.listdir(folder) if name.endswith(".sql")))
        with open(newest, encoding="utf-8") as file:
            header = file.read().split(marker)[0]
        # The header is as the README shows it, but for the id and the date.
        shown = migration.split(marker)[0]
        self.assertEqual([line.split(":")[0] for line in header.strip().splitlines()][1:],
                         [line.split(":")[0] for line in shown.strip().splitlines()][1:])
        with open(newest, "w", encoding="utf-8") as file:
            file.write(header + marker + migration.split(marker, 1)[1])


if __name__ == "__main__":
    harness.main()
