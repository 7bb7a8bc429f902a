"""Reads a database and Brant's journal in it by drivers that have nothing to do with Brant."""

import base64
import sqlite3
import urllib.parse

import psycopg2
import psycopg2.extras
import pymysql

from tests.faults import wire


def connect(url):
    """A DB-API connection in autocommit, so that it never stands in a migration's way."""
    parts = urllib.parse.urlparse(url)
    if parts.scheme == "sqlite":
        return sqlite3.connect(parts.path[1:] if parts.path.startswith("//") else parts.path,
                               isolation_level=None, timeout=30, check_same_thread=False)
    if parts.scheme == "postgresql":
        connection = psycopg2.connect(url, application_name="test")
        connection.autocommit = True
        return connection
    return pymysql.connect(host=parts.hostname, port=parts.port, autocommit=True,
                           user=urllib.parse.unquote(parts.username),
                           password=urllib.parse.unquote(parts.password or ""),
                           database=parts.path[1:])


def query(connection, sql):
    """The rows of a query, each a dictionary by its columns' names in lower case."""
    cursor = connection.cursor()
    cursor.execute(sql)
    if cursor.description is None:
        return []
    names = [column[0].lower() for column in cursor.description]
    return [dict(zip(names, row)) for row in cursor.fetchall()]


# What the drivers raise where a table is not there yet.
NO_TABLE = (psycopg2.errors.UndefinedTable, pymysql.err.ProgrammingError, sqlite3.OperationalError)


class Journal:
    """The journal's tables (docs/tables.md). Empty before the first run."""

    def __init__(self, url):
        self._url = url
        self._connection = None

    def query(self, sql):
        """As the function, on a connection of its own."""
        if self._connection is None:
            self._connection = connect(self._url)
        return query(self._connection, sql)

    def close(self):
        """Ends the connection; the next query makes another one."""
        if self._connection is not None:
            try:
                self._connection.close()
            except pymysql.err.Error:
                pass  # The server is gone, and the connection with it.
        self._connection = None

    def _table(self, sql):
        try:
            return self.query(sql)
        except NO_TABLE:
            return []

    def epoch(self):
        """That of the latest run."""
        rows = self._table("SELECT epoch FROM brant_journal WHERE version_table = 'brant_version'")
        return rows[0]["epoch"] if rows else 0

    def runs(self):
        """Runs that began, in the order of their epochs."""
        return self._table("SELECT * FROM brant_runs ORDER BY epoch")

    def executing(self):
        """The run that has not ended; None if there is none. Its `pid` is its agent's."""
        rows = self._table("SELECT id, epoch, agent, start_time FROM brant_runs "
                           "WHERE state = 'running' ORDER BY epoch DESC LIMIT 1")
        return {**rows[0], "pid": int(rows[0]["agent"].rsplit(":", 1)[1])} if rows else None

    def steps(self):
        """Steps in the order in which they began."""
        return self._table("SELECT s.*, r.epoch FROM brant_steps s JOIN brant_runs r ON r.id = s.run_id "
                           "ORDER BY r.epoch, s.position")

    def scripts(self):
        """What was applied, the latest last."""
        return self._table("SELECT * FROM brant_scripts ORDER BY store_time")

    def version_rows(self):
        """The rows of the version table, sorted."""
        return sorted(row["version_num"] for row in self._table("SELECT version_num FROM brant_version"))

    def events(self):
        """By each run's id: its recorded events, as (number, kind), in order."""
        found = {}
        for row in self._table("SELECT * FROM brant_events ORDER BY run_id, first_sequence"):
            batch = [wire.run_event(message)
                     for message in wire.delimited(base64.b64decode(row["events"]))]
            assert batch[0][0] == row["first_sequence"] and batch[-1][0] == row["last_sequence"], row
            found.setdefault(row["run_id"], []).extend(batch)
        return found
