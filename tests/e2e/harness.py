"""Runs brant and brantd as users do: as processes, on projects in folders."""

import os
import re
import shutil
import subprocess
import tempfile
import unittest
from urllib.parse import quote, urlsplit, urlunsplit

from tests import databases

# Where Bazel puts the programs, seen from a test's working directory.
BRANT = os.path.abspath("client/brant")
BRANTD = os.path.abspath("agent/brantd")

class Result:
    """How a program ended."""

    def __init__(self, completed):
        self.code = completed.returncode
        self.out = completed.stdout
        self.err = completed.stderr

    def __repr__(self):
        return "exit %d\n--- stdout\n%s--- stderr\n%s" % (self.code, self.out, self.err)


class EndToEndTest(unittest.TestCase):
    """A folder, its migrations, and programs that work on them."""

    def setUp(self):
        # A socket's path may have 107 bytes: not the test's own long folder.
        self.folder = tempfile.mkdtemp(prefix="brant-e2e-", dir="/tmp")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.migrations = os.path.join(self.folder, "migrations")
        os.mkdir(self.migrations)
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": self.folder,
            "BRANT_BRANTD": BRANTD,
            "NO_COLOR": "1",
        }

    # Files.

    def write(self, name, text):
        """Writes a file of the project: text or bytes."""
        path = os.path.join(self.folder, name)
        with open(path, "wb") as file:
            file.write(text.encode() if isinstance(text, str) else text)
        return path

    def revision(self, id, parents="", upgrade="", downgrade="", name=None, header=""):
        """Writes a migration; `id` also names the file unless `name` does."""
        return self.write(
            "migrations/%s" % (name or "20240101_%s.sql" % id),
            "-- Revision %s\n--\n-- Revision ID: %s\n-- Revises: %s\n%s\n"
            "-- brant:upgrade\n%s\n\n-- brant:downgrade\n%s\n"
            % (id, id, parents, header, upgrade, downgrade),
        )

    # Programs.

    def brant(self, *arguments, **environment):
        """Runs brant in the project's folder."""
        return Result(
            subprocess.run(
                [BRANT, *arguments],
                cwd=self.folder,
                env={**self.environment, **environment},
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=120,
                check=False,
            )
        )

    def brant_ok(self, *arguments, **environment):
        """Runs brant, which must succeed; returns its standard output."""
        result = self.brant(*arguments, **environment)
        self.assertEqual(result.code, 0, result)
        return result.out

    def start_agent(self, database_url, *arguments, listen="127.0.0.1:0"):
        """Starts brantd; returns its address. It must end well when it is told to."""
        agent = subprocess.Popen(
            [BRANTD, "--listen", listen, *arguments],
            cwd=self.folder,
            env={**self.environment, "BRANT_DATABASE_URL": database_url},
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        said = ""
        for line in agent.stderr:
            said += line
            found = re.search(r"listening on (\S+)", line)
            if found:
                self.addCleanup(self.stop_agent, agent)
                return found.group(1)
        raise AssertionError("brantd ended with %d:\n%s" % (agent.wait(), said))

    def stop_agent(self, agent):
        """Ends brantd as an orchestrator does."""
        agent.terminate()
        _, rest = agent.communicate(timeout=60)
        self.assertEqual(agent.returncode, 0, rest)

    # Databases.

    def new_database(self, dialect, name="app"):
        """Makes an empty database that the test's end drops; `name` tells SQLite's files apart."""
        database = databases.BY_NAME[dialect](os.path.join(self.folder, name + ".db"))
        self.addCleanup(database.drop)
        return database


def with_password(url, password):
    """The URL with another password."""
    parts = urlsplit(url)
    return urlunsplit(
        parts._replace(
            netloc="%s:%s@%s:%d"
            % (parts.username, quote(password, safe=""), parts.hostname, parts.port)
        )
    )


def main():
    """Runs the tests of the program's module."""
    unittest.main(verbosity=2)
