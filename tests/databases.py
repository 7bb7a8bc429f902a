"""A database of a test's own, reached by the client programs that each database ships with.

What they print of a schema is what the tests compare: the databases' own words, not Brant's.
"""

import os
import re
import subprocess
import urllib.parse
import uuid


def _pipe(command, text=None, environment=None):
    return subprocess.run(command, input=text, capture_output=True, text=True, check=False,
                          env={**os.environ, **(environment or {})})


def _run(command, text=None, environment=None):
    result = _pipe(command, text, environment)
    if result.returncode != 0:
        raise AssertionError(f"{command[0]} failed:\n{result.stderr}")
    return result.stdout


class Database:
    """What a test may ask of a database; the classes below say how.

    execute() runs SQL that must succeed; pipe() gives a script to the client as
    people do, without options, and returns how that ended. Made on the server of
    tests/servers/with-servers, unless `server`, an administrator's URL, names another.
    """

    def rows(self, sql):
        """The rows that a query returns, each a list of its columns' texts."""
        return [line.split("\t") for line in self.execute(sql).splitlines()]

    def version_rows(self):
        """The rows of the version table; none if there is no such table."""
        if "brant_version" not in self.objects():
            return []
        return [row[0] for row in self.rows("SELECT version_num FROM brant_version ORDER BY 1;")]


def _admin_url(variable, server):
    url = server or os.environ.get(variable)
    if not url:
        raise AssertionError(
            f"{variable} is not set; run this under tests/servers/with-servers, and pass it with "
            f"--test_env={variable}")
    return urllib.parse.urlparse(url)


class Postgresql(Database):
    def __init__(self, file, server=None):
        del file  # The server has its own.
        self._admin = _admin_url("BRANT_TEST_POSTGRESQL_URL", server)
        self.name = "brant_test_" + uuid.uuid4().hex
        self._sql(f"CREATE DATABASE {self.name}", self._admin.geturl())
        self.url = self._admin._replace(path="/" + self.name).geturl()

    def _sql(self, sql, url):
        return _run(["psql", "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--field-separator=\t",
                     "--set=ON_ERROR_STOP=1", "--file=-", url], sql)

    def execute(self, sql):
        return self._sql(sql, self.url)

    def admin_rows(self, sql):
        """As rows(), asked in the administrator's database."""
        return [line.split("\t") for line in self._sql(sql, self._admin.geturl()).splitlines()]

    def pipe(self, script):
        return _pipe(["psql", "--no-psqlrc", "--quiet", self.url], script)

    def schema(self):
        """The whole schema without Brant's own tables; a random word of pg_dump's is taken out."""
        dump = _run(["pg_dump", "--schema-only", "--exclude-table=brant_*", self.url])
        return re.sub(r"(?m)^\\(un)?restrict .*\n", "", dump)

    def objects(self):
        """Names of everything that is in the schema."""
        return self.execute("""
            SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace
            UNION ALL SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
            UNION ALL SELECT typname FROM pg_type
                WHERE typnamespace = 'public'::regnamespace AND typtype = 'e'
            UNION ALL SELECT tgname FROM pg_trigger WHERE NOT tgisinternal""").split()

    def drop(self):
        self._sql(f"DROP DATABASE {self.name} WITH (FORCE)", self._admin.geturl())


class Mysql(Database):
    def __init__(self, file, server=None):
        del file  # The server has its own.
        admin = _admin_url("BRANT_TEST_MYSQL_URL", server)
        self._login = ["--no-defaults", f"--host={admin.hostname}", f"--port={admin.port}",
                       f"--user={urllib.parse.unquote(admin.username)}"]
        # Not in the arguments, which other users of the machine can read.
        self._environment = {"MYSQL_PWD": urllib.parse.unquote(admin.password or "")}
        self.name = "brant_test_" + uuid.uuid4().hex
        self._sql(f"CREATE DATABASE {self.name}", [])
        self.url = admin._replace(path="/" + self.name).geturl()

    def _sql(self, sql, database):
        return _run(["mariadb", *self._login, "--skip-column-names", "--batch", *database], sql,
                    self._environment)

    def execute(self, sql):
        return self._sql(sql, [self.name])

    def pipe(self, script):
        return _pipe(["mariadb", *self._login, self.name], script, self._environment)

    def schema(self):
        tables = self.execute("SHOW TABLES LIKE 'brant\\_%'").split()
        dump = _run(["mariadb-dump", *self._login, "--no-data", "--routines", "--triggers", "--events",
                     "--skip-comments", *[f"--ignore-table={self.name}.{table}" for table in tables],
                     self.name], None, self._environment)
        return re.sub(r" AUTO_INCREMENT=\d+", "", dump)

    def objects(self):
        return self.execute(f"""
            SELECT table_name FROM information_schema.tables WHERE table_schema = '{self.name}'
            UNION ALL SELECT routine_name FROM information_schema.routines
                WHERE routine_schema = '{self.name}'
            UNION ALL SELECT trigger_name FROM information_schema.triggers
                WHERE trigger_schema = '{self.name}'""").split()

    def drop(self):
        self._sql(f"DROP DATABASE {self.name}", [])


class Sqlite(Database):
    def __init__(self, file):
        self._file = file
        self.url = "sqlite:///" + self._file

    def execute(self, sql):
        return _run(["sqlite3", "-batch", "-bail", "-separator", "\t", self._file],
                    "PRAGMA foreign_keys = ON;\n" + sql)

    def pipe(self, script):
        return _pipe(["sqlite3", self._file], script)

    def schema(self):
        """The stored text of every CREATE, to the letter."""
        return self.execute("""
            SELECT type, name, tbl_name, sql FROM sqlite_schema
            WHERE tbl_name NOT LIKE 'brant\\_%' ESCAPE '\\' ORDER BY type, name;""")

    def objects(self):
        """Names of everything but the indexes that SQLite makes for constraints."""
        if not os.path.exists(self._file):
            return []
        return self.execute(
            "SELECT name FROM sqlite_schema WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\';").split()

    def drop(self):
        """Goes with the test's folder."""


BY_NAME = {"postgresql": Postgresql, "mysql": Mysql, "sqlite": Sqlite}
