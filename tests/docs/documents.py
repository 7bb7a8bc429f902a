"""Documents whose commands are run, in projects as a reader has them."""

import os
import re
import shutil
import subprocess

from tests.e2e import harness

MIGRATIONS = os.path.abspath("migrations")

# What $EDITOR does to the file that it is given, as the documents ask for.
EDITOR = """#!/bin/sh
case "$1" in
  *schema.sql) sed -i 's/^  display_name VARCHAR.*/&\\n  biography VARCHAR(2000),/' "$1" ;;
esac
"""


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def sections(text):
    """Title of each second-level section, and its text."""
    parts = re.split(r"(?m)^## (.*)\n", text)
    return dict(zip(parts[1::2], parts[2::2]))


def blocks(text, language):
    """The fenced blocks of a language."""
    return re.findall(rf"(?ms)^```{language}\n(.*?)^```$", text)


def commands(block):
    """The lines of a block of commands, without comments."""
    lines = [re.split(r"\s#", line)[0].strip() for line in block.splitlines()]
    return [line for line in lines if line and not line.startswith("#")]


class DocumentTest(harness.EndToEndTest):
    """Runs commands in a shell that finds brant, brantd and an editor."""

    def setUp(self):
        super().setUp()
        editor = self.write("editor", EDITOR)
        os.chmod(editor, 0o755)
        self.environment |= {
            "PATH": os.pathsep.join([os.path.dirname(harness.BRANT), os.path.dirname(harness.BRANTD),
                                     os.environ["PATH"]]),
            "DATABASE_URL": "sqlite:///chat.db",
            "EDITOR": editor,
            "GIT_AUTHOR_NAME": "Test", "GIT_AUTHOR_EMAIL": "test@example.org",
            "GIT_COMMITTER_NAME": "Test", "GIT_COMMITTER_EMAIL": "test@example.org",
        }

    def run_shell(self, command, folder):
        result = subprocess.run(["bash", "-euc", command], cwd=folder, env=self.environment,
                                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, text=True, check=False, timeout=120)
        self.assertEqual(result.returncode, 0, f"{command}\n{result.stdout}")
        return result.stdout

    def clone_example(self):
        """A clone of a repository that holds the example project; its folder."""
        origin = os.path.join(self.folder, "origin")
        os.mkdir(origin)
        shutil.copytree(MIGRATIONS, os.path.join(origin, "migrations"),
                        ignore=shutil.ignore_patterns("BUILD*"))
        self.run_shell("git init -q -b main && git add . && git commit -qm Start", origin)
        self.run_shell("git clone -q origin project", self.folder)
        return os.path.join(self.folder, "project")

    def write_sections_of(self, migration, folder):
        """Puts a document's SQL below the header that `brant revision` wrote."""
        marker = "-- brant:upgrade"
        newest = os.path.join(folder, max(name for name in os.listdir(folder) if name.endswith(".sql")))
        header = read(newest).split(marker)[0]
        # The header is as the document shows it, but for the id and the date.
        shown = migration.split(marker)[0]
        self.assertEqual([line.split(":")[0] for line in header.strip().splitlines()][1:],
                         [line.split(":")[0] for line in shown.strip().splitlines()][1:])
        with open(newest, "w", encoding="utf-8") as file:
            file.write(header + marker + migration.split(marker, 1)[1])
