"""Runs brant and brantd as users do: as processes, on projects in folders."""

import os
import re
import secrets
import shutil
import subprocess
import tempfile
import time
import unittest
from urllib.parse import quote, urlsplit, urlunsplit

# Where Bazel puts the programs, seen from a test's working directory.
BRANT = os.path.abspath("client/brant")
BRANTD = os.path.abspath("agent/brantd")

SERVER_URLS = {
    "postgresql": "BRANT_TEST_POSTGRESQL_URL",
    "mysql": "BRANT_TEST_MYSQL_URL",
}


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
        self.folder = tempfile.mkdtemp(prefix="brant-e2e-")
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

    def start_agent(self, database_url, *arguments):
        """Starts brantd on a free port; returns its address."""
        agent = subprocess.Popen(
            [BRANTD, "--listen", "127.0.0.1:0", *arguments],
            cwd=self.folder,
            env={**self.environment, "BRANT_DATABASE_URL": database_url},
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.addCleanup(self.stop_agent, agent)
        for line in agent.stderr:
            found = re.search(r"listening on (\S+)", line)
            if found:
                self.agent = agent
                return found.group(1)
        raise AssertionError("brantd ended with %d" % agent.wait())

    @staticmethod
    def stop_agent(agent):
        """Ends brantd as an orchestrator does, if it still runs."""
        if agent.poll() is None:
            agent.terminate()
        agent.stderr.close()
        return agent.wait(timeout=60)

    # Databases.

    def new_database(self, dialect):
        """Makes an empty database that the test's end drops; returns its URL."""
        if dialect == "sqlite":
            return "sqlite:///%s/app.db" % self.folder
        url = os.environ.get(SERVER_URLS[dialect])
        if not url:
            raise AssertionError(
                "%s is not set: run the test through tests/servers/with-servers"
                % SERVER_URLS[dialect]
            )
        name = "e2e_" + secrets.token_hex(6)
        self.query(url, "CREATE DATABASE %s" % name)
        drop = "DROP DATABASE %s%s" % (name, " WITH (FORCE)" if dialect == "postgresql" else "")
        self.addCleanup(self.query, url, drop)
        return urlunsplit(urlsplit(url)._replace(path="/" + name))

    def query(self, url, sql):
        """Runs SQL with the database's own client; returns rows of columns."""
        parts = urlsplit(url)
        environment = dict(os.environ)
        if parts.scheme == "sqlite":
            command = ["sqlite3", "-bail", "-separator", "\t", parts.path[1:] or ":memory:"]
        elif parts.scheme == "postgresql":
            environment["PGPASSWORD"] = parts.password
            command = ["psql", "-XAtq", "-F", "\t", "-v", "ON_ERROR_STOP=1"]
            command += ["-h", parts.hostname, "-p", str(parts.port), "-U", parts.username]
            command += [parts.path[1:]]
        else:
            environment["MYSQL_PWD"] = parts.password
            command = ["mariadb", "--no-defaults", "-NB", "-h", parts.hostname]
            command += ["-P", str(parts.port), "-u", parts.username, parts.path[1:]]
        completed = subprocess.run(
            command, input=sql, env=environment, capture_output=True, text=True, check=False
        )
        self.assertEqual(completed.returncode, 0, completed.stderr)
        return [line.split("\t") for line in completed.stdout.splitlines()]

    def version_rows(self, url):
        """The rows of the version table; none if it does not exist."""
        if "brant_version" not in self.tables(url):
            return []
        return [row[0] for row in self.query(url, "SELECT version_num FROM brant_version ORDER BY 1")]

    def tables(self, url):
        """Names of the database's tables, Brant's own included."""
        dialect = urlsplit(url).scheme
        if dialect == "sqlite":
            if not os.path.exists(urlsplit(url).path[1:]):
                return []
            sql = "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY 1"
        elif dialect == "postgresql":
            sql = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
        else:
            sql = "SELECT table_name FROM information_schema.tables WHERE table_schema = DATABASE()"
        return [row[0] for row in self.query(url, sql)]


def with_password(url, password):
    """The URL with another password."""
    parts = urlsplit(url)
    return urlunsplit(
        parts._replace(
            netloc="%s:%s@%s:%d"
            % (parts.username, quote(password, safe=""), parts.hostname, parts.port)
        )
    )


def wait_until(condition, seconds=30):
    """Waits for another process to reach a state."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError("it did not happen within %d s" % seconds)
        time.sleep(0.02)


def main():
    """Runs the tests of the program's module."""
    unittest.main(verbosity=2)
