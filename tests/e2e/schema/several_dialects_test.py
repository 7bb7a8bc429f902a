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
        self.assertIn("~ enum type state: labels NEW, SOLD -> NEW, SOLD, LOST (postgresql)",
                      result.out)
        text, screen = self.autogenerate("Second")
        self.assertIn("+ index items.items_tags_idx (postgresql)", screen)
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
        self.assertRegex(self.section(text, "upgrade", "sqlite"),
                         r"^-- REVIEW: items, index items_tags_idx: is left out.*\n-- nothing to do$")
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
        self.assertIn("-- REVIEW: column items.stock: its type differs on sqlite (INTEGER, BIGINT)",
                      postgresql)
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

    def begin_with_sql(self, first, others=("postgresql",)):
        """A project whose first schema is applied on SQLite, from one section for all."""
        self.write("schema.sql", first)
        self.configure('schema = "schema.sql"', scratch=others, dialects=("sqlite", *others))
        self.revision("one", upgrade=first, downgrade="DROP TABLE users;")
        self.brant_ok("upgrade", "head")

    def test_constraints_without_names_go_everywhere(self):
        self.begin_with_sql(
            "CREATE TABLE users (id INTEGER PRIMARY KEY, email VARCHAR(50) UNIQUE, "
            "nick VARCHAR(50) UNIQUE, age INTEGER CHECK (age > 0));", ("postgresql", "mysql"))
        self.write(
            "schema.sql",
            "CREATE TABLE users (id INTEGER PRIMARY KEY, email VARCHAR(50), nick VARCHAR(50), "
            "age INTEGER, UNIQUE (email, nick));")
        text, _ = self.autogenerate("Weaker")
        for name in ("users_age_check", "users_email_key", "users_nick_key"):
            self.assertIn("DROP CONSTRAINT " + name, self.section(text, "upgrade", "postgresql"))
        for name in ("email", "nick"):
            self.assertRegex(self.section(text, "upgrade", "mysql"), "DROP (INDEX|KEY) `?%s`?" % name)
        self.assertNotIn("REVIEW: check", text)
        self.on_each("upgrade", "head")

    def test_what_was_made_by_hand_goes_with_its_column(self):
        self.begin_with_sql("CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT, photo TEXT);")
        self.write(
            "migrations/20240101_two.sql",
            "-- Two\n--\n-- Revision ID: two\n-- Revises: one\n\n-- brant:upgrade sqlite\n"
            "-- brant:upgrade postgresql\nCREATE INDEX by_photo ON users (lower(photo));\n"
            "-- brant:downgrade sqlite\n-- brant:downgrade postgresql\nDROP INDEX by_photo;\n")
        self.brant_ok("upgrade", "head")
        self.write("schema.sql", "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT);")
        text, screen = self.autogenerate("No photos")
        self.assertIn("DROP COLUMN photo", self.section(text, "upgrade", "postgresql"))
        self.assertIn("index users.by_photo: was made for postgresql alone, and goes", screen)
        self.connect("postgresql")
        self.brant_ok("upgrade", "head")

    def test_schemas_of_postgresql(self):
        models = """
            syntax = "proto3";
            import "brant/options.proto";
            message Log {
              option (brant.table) = {name: "logs", schema: "audit"};
              int64 id = 1 [(brant.column) = {primary_key: true}];
              optional string msg = 2;
            }
            """
        renamed = models.replace('"logs"', '"events"').replace("msg", "message")
        renames = ["--rename", "audit_logs=audit_events", "--rename", "audit_logs.msg=message"]
        for scratch in [("postgresql",), ()]:
            with self.subTest(scratch):
                self.databases["sqlite"] = self.new_database("sqlite", "app%d" % len(scratch))
                self.connect("sqlite")
                for file in glob.glob(os.path.join(self.migrations, "*")):
                    os.remove(file)
                self.configure('models = "models"\nschemas = ["public", "audit"]', scratch,
                               ("sqlite", "postgresql"))
                self.write("models/log.proto", models)
                self.write(
                    "migrations/20240101_schema.sql",
                    "-- Schema\n--\n-- Revision ID: schema\n-- Revises:\n\n"
                    "-- brant:upgrade sqlite\n-- brant:upgrade postgresql\nCREATE SCHEMA audit;\n"
                    "-- brant:downgrade sqlite\n-- brant:downgrade postgresql\n"
                    "DROP SCHEMA audit;\n")
                self.brant_ok("upgrade", "head")
                text, screen = self.autogenerate("First")
                self.assertIn("CREATE TABLE audit.logs", self.section(text, "upgrade", "postgresql"))
                self.brant_ok("upgrade", "head")
                self.write("models/log.proto", renamed)
                text, screen = self.autogenerate("Renamed", *renames)
                postgresql = self.section(text, "upgrade", "postgresql")
                self.assertIn("ALTER TABLE audit.logs RENAME TO events", postgresql)
                self.assertIn("RENAME COLUMN msg TO message", postgresql)
                self.assertNotIn("DROP", postgresql)

    def test_a_new_enum_is_made_where_it_is_guessed(self):
        self.configure('models = "models"', scratch=())
        self.write("models/item.proto", re.sub(r"  State state.*", "", FIRST))
        self.autogenerate("First")
        self.on_each("upgrade", "head")
        self.write("models/item.proto", FIRST)
        text, _ = self.autogenerate("State")
        self.assertIn("CREATE TYPE state AS ENUM", self.section(text, "upgrade", "postgresql"))
        self.on_each("upgrade", "head")

    def test_a_guess_names_no_enum_type_that_may_not_be_there(self):
        self.connect("mysql")
        self.write("schema.sql", "CREATE TABLE t (id int PRIMARY KEY, state enum('a','b'));")
        self.configure('schema = "schema.sql"', (), ("mysql", "postgresql"))
        self.autogenerate("First")
        self.brant_ok("upgrade", "head")
        self.write("schema.sql", "CREATE TABLE t (id int PRIMARY KEY, state enum('a','b','c'), "
                                 "size enum('s','m'));")
        result = self.brant("check")
        self.assertEqual(result.code, 5, result)
        self.assertEqual(
            result.out,
            "~ column t.state: type enum('a','b') -> enum('a','b','c')\n+ column t.size\n")

    def test_what_a_dialect_can_not_say_is_marked(self):
        self.connect("postgresql")
        first = "CREATE TABLE d (id int PRIMARY KEY, t text[]);"
        self.write("schema.sql", first)
        self.configure('schema = "schema.sql"', (), ("sqlite", "postgresql"))
        self.autogenerate("First")
        self.brant_ok("upgrade", "head")
        self.write("schema.sql", first + "CREATE INDEX d_t ON d USING gin (t); CREATE SEQUENCE s;")
        text, _ = self.autogenerate("More")
        sqlite = self.section(text, "upgrade", "sqlite")
        self.assertIn("-- REVIEW: d, index d_t: is left out", sqlite)
        self.assertIn("-- REVIEW: s: the sequence is left out", sqlite)

    def test_a_server_that_is_not_there_is_named_by_its_setting(self):
        self.begin_with_sql("CREATE TABLE users (id INTEGER PRIMARY KEY);")
        result = self.brant("check", BRANT_SCRATCH_URL="postgresql://u:secret@127.0.0.1:1/x")
        self.assertNotEqual(result.code, 0, result)
        self.assertIn("scratch-url", result.err)
        self.assertNotIn("secret", result.err)

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
