"""Several agents of one database, and clients of them: what the fault tests stand on."""

import glob
import os
import re
import unittest

from tests.e2e import harness
from tests.faults import check, journal, processes


class ClusterTest(harness.EndToEndTest):
    """Agents beside one database, their clients, and a plan whose every effect can be counted."""

    dialect = "postgresql"
    # The agents reach the server through a pooler.
    pooled = False
    maxDiff = None

    def setUp(self):
        super().setUp()
        self.agents = []
        # Those whose events `check` looks at.
        self.clients = []
        # By revision: how many effects its upgrade has, and which tables it makes.
        self.effects = {}
        self.tables = {}
        self.database = self.journal = None

    # The plan.

    def step(self, revision, parents, upgrade, downgrade=None, tables=(), options=""):
        """Writes a revision. Each `EFFECT` of its upgrade becomes the next row of the table `effects`,
        which has no key: a statement that runs twice leaves two rows."""
        number = 0

        def effect(_):
            nonlocal number
            number += 1
            return f"'{revision}', {number}"

        upgrade = re.sub(r"\bEFFECT\b", effect, upgrade)
        self.effects[revision] = number
        self.tables[revision] = list(tables)
        text = (f"-- Revision {revision}\n--\n-- Revision ID: {revision}\n-- Revises: {parents}\n\n"
                f"-- brant:upgrade {options}\n{upgrade}\n")
        if downgrade is not None:
            text += f"\n-- brant:downgrade {options}\n{downgrade}\n"
        self.write(f"migrations/20240101_{revision}.sql", text)

    def plan(self, count, statements, options="", tables=lambda revision: [f"t_{revision}"]):
        """A chain of `count` revisions after one that makes the table `effects`; `statements` tells
        the upgrade of a revision. Returns the ids, the first one's included."""
        revisions = ["r0000"]
        self.step("r0000", "", "CREATE TABLE effects (revision VARCHAR(32), number INTEGER);",
                  "DROP TABLE effects;", tables=["effects"])
        for number in range(1, count + 1):
            revision = f"r{number:04}"
            self.step(revision, revisions[-1], statements(revision), tables=tables(revision),
                      options=options)
            revisions.append(revision)
        return revisions

    # Processes.

    def use_database(self, database):
        """Makes it the one that agents, journal and checks are about."""
        self.database = database
        self.journal = journal.Journal(database.url)
        self.addCleanup(self.journal.close)

    def start_agents(self, count, *arguments, url=None):
        """Starts agents beside the database; also returns them."""
        self.agents = [processes.Agent(self, url or self.database.url, *arguments).start()
                       for _ in range(count)]
        return self.agents

    def addresses(self):
        return [agent.address for agent in self.agents]

    def agent_of(self, run):
        """The agent that executes a run of the journal; None if it is gone."""
        return next((agent for agent in self.agents if agent.alive() and agent.pid == run["pid"]), None)

    def client(self, *arguments, addresses=None):
        """Starts a brant that goes to all agents, or to those named."""
        client = processes.Client(self, arguments, addresses or self.addresses())
        self.clients.append(client)
        return client

    def clients_at_once(self, count, *arguments, more=lambda i: ()):
        """Starts brants that all wait for the same moment, and lets them go. The i-th one asks the
        i-th agent first, and has the arguments `more(i)` besides."""
        read, write = os.pipe()
        everyone = self.addresses()
        # `read` ends when the last writing end of the pipe is closed.
        gate = ("/bin/sh", "-c", 'read -r _; exec "$@"', "sh")
        clients = []
        for i in range(count):
            first = i % len(everyone)
            clients.append(processes.Client(self, (*arguments, *more(i)), everyone[first:] + everyone[:first],
                                            stdin=read, gate=gate))
        self.clients += clients
        os.close(read)
        os.close(write)
        return clients

    def all_end_with(self, code, clients, timeout=60):
        """Waits for the clients; all of them end with `code`."""
        for client in clients:
            result = client.wait(timeout)
            self.assertEqual(result.code, code, result)

    # Questions.

    def executing(self, timeout=30, after_epoch=0):
        """Waits for a run that executes, with a later epoch than that; as Journal.executing."""

        def found():
            run = self.journal.executing()
            if run and run["epoch"] > after_epoch:
                return run
            ended = [client.wait(0) for client in self.clients if not client.alive()]
            self.assertTrue(not ended or len(ended) < len(self.clients), f"all clients have ended: {ended}")
            return None

        try:
            return processes.wait_until(found, timeout, f"a run after epoch {after_epoch}")
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.situation()}") from None

    def situation(self):
        """Who does what, for a person who wonders why nothing happens."""
        sessions = {
            "postgresql": "SELECT pid, application_name, state, wait_event, query FROM pg_stat_activity "
                          "WHERE datname = current_database()",
            "mysql": "SELECT ID, COMMAND, TIME, STATE, INFO FROM information_schema.PROCESSLIST "
                     "WHERE DB = DATABASE()",
        }.get(self.dialect)
        lines = ["sessions:", *map(str, self.journal.query(sessions) if sessions else [])]
        lines += ["last run:", *map(str, self.journal.runs()[-1:]), *map(str, self.journal.steps()[-1:])]
        for agent in self.agents:
            lines.append(f"agent {agent.address} lives: {agent.alive()}")
        for client in self.clients:
            lines.append(f"client {' '.join(client.arguments)} lives: {client.alive()}; its last words:")
            lines += [line.rstrip()[:1000] for line in client.stdout.lines()[-3:]]
            lines.append(client.stderr.text())
        return "\n".join(lines)

    def eventually_empty(self, sql, timeout=10):
        """The query finds nothing, or soon does: a server sees a little later than its client that
        their connection has ended."""
        rows = []

        def empty():
            rows[:] = self.journal.query(sql)
            return not rows

        try:
            processes.wait_until(empty, timeout, sql)
        except AssertionError:
            self.fail(f"{rows}\nare left by {sql}")

    def lock_files(self):
        """Files beside an SQLite database that are not SQLite's own."""
        file = self.database.url[len("sqlite:///"):]
        return [name for name in glob.glob(file + "*")
                if name != file and not name.endswith(("-wal", "-shm", "-journal"))]

    def check(self):
        """Everything that must hold after a fault; see check.py. Ends the agents."""
        check.check(self)


class SharedServerTest(ClusterTest):
    """On a new database of the server that all tests share."""

    def setUp(self):
        super().setUp()
        self.use_database(self.new_database(self.dialect))


def main():
    """Runs the tests of the program's module."""
    unittest.main(verbosity=2)
