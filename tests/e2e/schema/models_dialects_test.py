"""Models that say all that models can say, on each database: what is made of them is what they
mean, also after they have changed, and also where one database wrote the migration for the others."""

import json
import os
import shutil

from tests.e2e import harness

MODELS = os.path.abspath("tests/e2e/schema/models")
DATABASES = ("postgresql", "sqlite", "mysql")

ROW = """
INSERT INTO everything (email, a_uint32, a_double, a_text, a_bytes, color, colors, numbers, counts,
                        %(order)s, %(group)s, wheel, provider)
VALUES ('ada@example.org', 7, 1.5, 'text', %(bytes)s, 'RED', '[]', '[1]', '{}', 'first', 1,
        %(wheel)s, 'password');
"""
ROWS = {
    "postgresql": ROW % {"order": '"order"', "group": '"group"', "bytes": "'\\x00'", "wheel": "'{1}'"},
    "sqlite": ROW % {"order": '"order"', "group": '"group"', "bytes": "x'00'", "wheel": "'[1]'"},
    "mysql": ROW % {"order": "`order`", "group": "`group`", "bytes": "x'00'", "wheel": "'[1]'"},
}
# The defaults, and what is computed.
VALUES = """
SELECT length(id), an_int32, an_int64, a_uint32, a_bool, number, native_color, tags, palette, amount,
       full_name, at IS NOT NULL
FROM everything;
"""
FOUND = {
    "postgresql": ["36", "-1", "9000000000", "7", "t", "1", "RED", "{}", "{}", "0.00", "text!", "t"],
    "sqlite": ["36", "-1", "9000000000", "7", "1", "1", "RED", "[]", "[]", "0", "text!", "1"],
    "mysql": ["36", "-1", "9000000000", "7", "1", "1", "RED", "[]", "[]", "0.00", "text!", "1"],
}


class ModelsDialectsTest(harness.EndToEndTest):
    maxDiff = None

    def setUp(self):
        super().setUp()
        os.mkdir(os.path.join(self.folder, "models"))
        shutil.copy(os.path.join(MODELS, "money.proto"), os.path.join(self.folder, "models"))

    def edit(self, model):
        shutil.copy(os.path.join(MODELS, model), os.path.join(self.folder, "models", "all.proto"))

    def project(self, name, dialects, scratch=()):
        """Databases for a new project with migrations for the dialects."""
        shutil.rmtree(self.migrations)
        os.mkdir(self.migrations)
        servers = [self.new_database(dialect, "scratch").url for dialect in scratch]
        self.write("brant.toml", 'models = "models"\ndialects = %s\nscratch-url = %s\n'
                   % (json.dumps(dialects), json.dumps(servers)))
        self.edit("everything_before.proto")
        self.databases = {dialect: self.new_database(dialect, name) for dialect in dialects}

    def on(self, dialect, *arguments):
        """Runs brant, which must succeed, on one of the databases."""
        return self.brant_ok(*arguments, DATABASE_URL=self.databases[dialect].url)

    def autogenerate(self, dialect, message):
        self.on(dialect, "revision", "--autogenerate", "-m", message, "--no-renames")

    def assert_as_desired(self, dialect):
        self.assertEqual(self.on(dialect, "diff"), "")
        self.on(dialect, "check")

    def upgrade_and_fill(self, dialect):
        self.on(dialect, "upgrade", "head")
        self.assert_as_desired(dialect)
        database = self.databases[dialect]
        database.execute(ROWS[dialect])
        query = VALUES.replace("length(id)", "length(id::text)") if dialect == "postgresql" else VALUES
        self.assertEqual(database.rows(query), [FOUND[dialect]])

    def there_and_back(self, dialect):
        """The second revision, down, and up again; the row stays."""
        database = self.databases[dialect]
        before = database.rows("SELECT id, a_uint32, tags, w_string, nick FROM everything;")
        self.edit("everything_after.proto")
        self.on(dialect, "upgrade", "head")
        self.assert_as_desired(dialect)
        self.on(dialect, "downgrade", "-1")
        self.edit("everything_before.proto")
        self.assertEqual(self.on(dialect, "diff"), "")
        self.edit("everything_after.proto")
        self.on(dialect, "upgrade", "head")
        self.assert_as_desired(dialect)
        self.assertEqual(
            database.rows("SELECT id, a_uint32, tags, w_string, nick FROM everything;"), before)

    def test_each_database_by_itself(self):
        for dialect in DATABASES:
            with self.subTest(dialect):
                self.project("alone", [dialect])
                self.autogenerate(dialect, "First")
                self.upgrade_and_fill(dialect)
                self.edit("everything_after.proto")
                self.autogenerate(dialect, "Second")
                self.there_and_back(dialect)

    def write_for_all(self, dialect):
        """Both revisions, of which each database takes its own sections."""
        self.autogenerate(dialect, "First")
        for each in DATABASES:
            self.upgrade_and_fill(each)
        self.edit("everything_after.proto")
        self.autogenerate(dialect, "Second")
        for each in DATABASES:
            self.there_and_back(each)

    def test_databases_that_tell_less_apart_write_for_all(self):
        for dialect in ("sqlite", "mysql"):
            with self.subTest(dialect):
                self.project("from_" + dialect, DATABASES, scratch=("postgresql", "mysql"))
                self.write_for_all(dialect)

    def test_postgresql_guesses_for_all(self):
        """It tells apart all that the others do."""
        self.project("guessed", DATABASES)
        self.write_for_all("postgresql")


if __name__ == "__main__":
    harness.main()
