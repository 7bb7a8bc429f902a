"""One file for several databases: written while connected to one, it serves all."""

import glob
import os
import re

from tests.e2e import harness

DIALECTS = ["postgresql", "sqlite", "mysql"]

FIRST = """
syntax = "proto3";
package shop;
import "brant/options.proto";

message Item {
  option (brant.table) = {name: "items"};
  option (brant.index) = {columns: "name"};
  int64 id = 1 [(brant.column) = {primary_key: true, identity: IDENTITY_KIND_BY_DEFAULT}];
  string name = 2 [(brant.column) = {length: 100}];
  int32 stock = 3 [(brant.column) = {default: "0"}];
  repeated string tags = 4 [(brant.column).array = true];
  State state = 5 [(brant.column) = {native: true, default: "'NEW'"}];
}

enum State {
  STATE_UNSPECIFIED = 0;
  STATE_NEW = 1;
  STATE_SOLD = 2;
}
"""

# Of which SQLite has nothing.
GIN = '  option (brant.index) = {columns: "tags", method: "gin"};\n  int64 id'

# SQLite has neither enum types nor such indexes.
SECOND = (
    FIRST.replace("int32 stock", "int64 stock")
    .replace("  int64 id", GIN)
    .replace("STATE_SOLD = 2;", "STATE_SOLD = 2;\n  STATE_LOST = 3;")
    .replace("  State state", "  optional string color = 6;\n  State state")
)


class SeveralDialectsTest(harness.EndToEndTest):
    maxDiff = None

    def setUp(self):
        super().setUp()
        self.databases = {dialect: self.new_database(dialect) for dialect in DIALECTS}
        self.connect("sqlite")
        os.mkdir(os.path.join(self.folder, "models"))

    def connect(self, dialect):
        """Which database the programs work on from here on."""
        self.environment["DATABASE_URL"] = self.databases[dialect].url

    def configure(self, source, scratch=("postgresql", "mysql"), dialects=tuple(DIALECTS)):
        """Writes brant.toml."""
        urls = [self.new_database(dialect, "scratch").url for dialect in scratch]
        self.write("brant.toml", "%s\ndialects = %r\nscratch-url = %r\n" % (source, list(dialects), urls))

    def autogenerate(self, message, *arguments):
        """Writes a revision; returns its text and what was said on the screen."""
        result = self.brant("revision", "--autogenerate", "-m", message, *arguments)
        self.assertEqual(result.code, 0, result)
        with open(os.path.join(self.folder, result.out.strip()), encoding="utf-8") as file:
            return file.read(), result.err

    def section(self, text, direction, dialect):
        """The section of a file that serves a dialect, without its heading."""
        for heading, body in re.findall(r"^-- brant:(.*)\n((?:(?!-- brant:).*\n?)*)", text, re.M):
            words = re.split(r"[ ,]+", heading)
            if words[0] == direction and (dialect in words[1:] or not set(DIALECTS) & set(words[1:])):
                return body.strip()
        raise AssertionError("no section %s %s in\n%s" % (direction, dialect, text))

    def on_each(self, *arguments):
        """Runs a command on each database."""
        for dialect in DIALECTS:
            self.connect(dialect)
            result = self.brant(*arguments)
            self.assertEqual(result.code, 0, (dialect, result))
        self.connect("sqlite")

    def test_models(self):
        self.configure('models = "models"')
        self.write("models/item.proto", FIRST)
        text, _ = self.autogenerate("First")
        self.assertIn("CREATE TYPE", self.section(text, "upgrade", "postgresql"))
        self.on_each("upgrade", "head")
        self.on_each("check")

        self.write("models/item.proto", SECOND)
        result = self.brant("check")
        self.assertEqual(result.code, 5, result)
        self.assertIn("~ enum type state: labels NEW, SOLD -> NEW, SOLD, LOST (postgresql alone)",
                      result.out)
        text, screen = self.autogenerate("Second")
        self.assertIn("+ index items.items_tags_idx (postgresql alone)", screen)
        postgresql = self.section(text, "upgrade", "postgresql")
        self.assertRegex(postgresql, r"ALTER COLUMN stock TYPE bigint")
        self.assertRegex(postgresql, r"ALTER TYPE \w+ ADD VALUE 'LOST'")
        self.assertNotIn("CONSTRAINT", postgresql)
        self.assertNotIn("REVIEW", postgresql)
        self.assertRegex(self.section(text, "upgrade", "mysql"), r"bigint")
        self.assertIn("USING gin", postgresql)
        self.assertNotIn("gin (", self.section(text, "upgrade", "sqlite"))

        self.on_each("upgrade", "head")
        self.on_each("check")
        self.on_each("downgrade", "-1")
        self.write("models/item.proto", FIRST)
        for dialect in DIALECTS:
            self.connect(dialect)
            self.assertEqual(self.brant_ok("diff"), "", dialect)
        self.write("models/item.proto", SECOND)
        self.on_each("upgrade", "head")
        self.on_each("check")

    def test_what_only_another_dialect_tells_apart_is_a_change(self):
        self.configure('models = "models"')
        self.write("models/item.proto", FIRST)
        self.autogenerate("First")
        self.brant_ok("upgrade", "head")
        self.write("models/item.proto", FIRST.replace("  int64 id", GIN))
        text, _ = self.autogenerate("Find by tags")
        self.assertEqual(self.section(text, "upgrade", "sqlite"), "-- nothing to do")
        self.assertIn("USING gin", self.section(text, "upgrade", "postgresql"))
        self.assertEqual(self.section(text, "downgrade", "postgresql"),
                         "DROP INDEX items_tags_idx;")
        self.on_each("upgrade", "head")
        self.on_each("check")

    def test_without_a_server_it_is_guessed_and_says_so(self):
        self.configure('models = "models"', scratch=())
        self.write("models/item.proto", FIRST)
        text, _ = self.autogenerate("First")
        self.assertNotIn("guessed", text)
        self.on_each("upgrade", "head")
        self.write("models/item.proto", SECOND)
        text, screen = self.autogenerate("Second")
        postgresql = self.section(text, "upgrade", "postgresql")
        self.assertIn("-- REVIEW: guessed from what differs on sqlite", postgresql)
        self.assertIn("REVIEW: guessed from what differs on sqlite", screen)
        self.assertIn("ADD COLUMN color", postgresql)
        self.assertRegex(postgresql, r"ALTER TYPE \w+ ADD VALUE 'LOST'")
        self.assertNotIn("CREATE TYPE", postgresql)
        self.assertNotIn("CONSTRAINT", postgresql)
        self.on_each("upgrade", "head")

    def test_what_was_made_by_hand_for_one_dialect_stays(self):
        self.write("schema.sql", "CREATE TABLE docs (id INTEGER PRIMARY KEY, body TEXT NOT NULL);")
        self.configure('schema = "schema.sql"', scratch=("postgresql",),
                       dialects=("sqlite", "postgresql"))
        self.revision(
            "one",
            upgrade="CREATE TABLE docs (id INTEGER PRIMARY KEY, body TEXT NOT NULL);",
            downgrade="DROP TABLE docs;")
        self.write(
            "migrations/20240101_two.sql",
            "-- Two\n--\n-- Revision ID: two\n-- Revises: one\n\n"
            "-- brant:upgrade sqlite\n"
            "-- brant:upgrade postgresql\n"
            "ALTER TABLE docs ALTER COLUMN id TYPE bigint, ALTER COLUMN body TYPE jsonb USING body::jsonb;\n"
            "CREATE INDEX docs_body_idx ON docs USING gin (body);\n"
            "-- brant:downgrade sqlite\n"
            "-- brant:downgrade postgresql\n"
            "DROP INDEX docs_body_idx;\n"
            "ALTER TABLE docs ALTER COLUMN id TYPE integer, ALTER COLUMN body TYPE text;\n")
        self.brant_ok("upgrade", "head")
        self.brant_ok("check")
        self.write("schema.sql", "CREATE TABLE docs (id INTEGER PRIMARY KEY, body TEXT, author TEXT);")
        text, _ = self.autogenerate("Author")
        postgresql = self.section(text, "upgrade", "postgresql")
        self.assertIn("ADD COLUMN author text", postgresql)
        self.assertIn("ALTER COLUMN body DROP NOT NULL", postgresql)
        self.assertNotIn("TYPE", postgresql)
        self.assertNotIn("INDEX", postgresql)
        self.brant_ok("upgrade", "head")
        self.connect("postgresql")
        self.brant_ok("upgrade", "head")

    def test_a_section_that_fails_elsewhere_is_named(self):
        self.write("schema.sql", "CREATE TABLE a (id INTEGER PRIMARY KEY AUTOINCREMENT, b TEXT);")
        self.configure('schema = "schema.sql"', scratch=("postgresql",),
                       dialects=("sqlite", "postgresql"))
        self.revision("one", upgrade="CREATE TABLE a (id INTEGER PRIMARY KEY AUTOINCREMENT);",
                      downgrade="DROP TABLE a;")
        self.brant_ok("upgrade", "head")
        result = self.brant("revision", "--autogenerate", "-m", "B")
        self.assertEqual(result.code, 1, result)
        self.assertIn("20240101_one.sql", result.err)
        self.assertIn("scratch space of postgresql", result.err)
        self.assertIn("dialects", result.err)
        self.assertEqual(len(glob.glob(os.path.join(self.migrations, "*"))), 1)


if __name__ == "__main__":
    harness.main()
