"""What check, diff and revision --autogenerate say where the desired schema can't be had."""

import contextlib
import os
import pty
import subprocess

from tests.e2e import harness


class DesiredSchemaTest(harness.EndToEndTest):
    def setUp(self):
        super().setUp()
        self.revision("aaaa", "", "CREATE TABLE t (a int);", "DROP TABLE t;")
        self.environment["DATABASE_URL"] = "sqlite:///app.db"
        self.brant_ok("upgrade", "head")

    def refused(self, command, *arguments):
        """What the command prints; it must end as one that was given something wrong."""
        return self.fails(2, command, *arguments)

    def fails(self, code, command, *arguments):
        result = self.brant(command, *arguments)
        self.assertEqual(result.code, code, result)
        self.assertEqual(result.out, "", result)
        return result.err

    def test_a_dialect_that_does_not_exist_is_refused_by_all(self):
        self.write("schema.sql", "CREATE TABLE t (a int);")
        self.write("brant.toml", 'schema = "schema.sql"\ndialects = ["sqlite", "oracle"]\n')
        for command in (["check"], ["diff"], ["revision", "--autogenerate", "-m", "x"]):
            with self.subTest(command):
                self.assertIn(
                    "unknown dialect 'oracle' in the setting 'dialects'", self.refused(*command)
                )

    def test_wrong_models_are_wrong_input(self):
        os.mkdir(os.path.join(self.folder, "models"))
        self.write("models/a.proto", 'syntax = "proto3";\nmessage A {\n')
        self.assertIn("a.proto:3:1: ", self.refused("diff", "--models", "models"))
        # The database is the first that looks into an expression.
        self.write(
            "models/a.proto", 'syntax = "proto3";\nimport "brant/options.proto";\nmessage A {\n'
            'option (brant.table) = {};\nint32 a = 1 [(brant.column).check = "nosuch > 0"];\n}\n',
        )
        said = self.refused("diff", "--models", "models")
        self.assertIn("a.proto:5: the database refuses the check of field", said)
        self.assertIn("no such column: nosuch", said)
        self.assertIn("can't read nosuch", self.refused("diff", "--models", "nosuch"))
        os.mkdir(os.path.join(self.folder, "empty"))
        self.assertIn("no .proto file in empty", self.refused("diff", "--models", "empty"))

    def test_wrong_sql_is_wrong_input(self):
        for text, said in (
            ("CREATE TABLE t (a int;", "schema.sql:1:1: the desired schema can't be evaluated"),
            ("CREATE TABLE u (a int);\nCOMMIT;", "schema.sql:2:1: this statement can't be part"),
            ("CREATE TABLE u (a int);\0", "schema.sql:1:24: the script holds a NUL byte"),
            ("", "the desired schema is empty"),
        ):
            with self.subTest(text):
                self.write("schema.sql", text)
                self.assertIn(said, self.refused("check", "--schema", "schema.sql"))
                self.assertIn(
                    said.replace("schema.sql", "output of the schema command"),
                    self.refused("check", "--schema-command", "cat schema.sql"),
                )
        self.assertIn("can't read nosuch.sql", self.refused("diff", "--schema", "nosuch.sql"))

    def test_a_command_that_fails_is_wrong_input(self):
        said = self.refused("diff", "--schema-command", "echo Broken. >&2; exit 3")
        self.assertIn("Broken.\nerror: the schema command failed with exit code 3\n", said)
        self.assertIn("exit code 127", self.refused("diff", "--schema-command", "nosuchcommand"))

    def test_another_database_that_is_not_there_can_not_be_reached(self):
        said = self.fails(3, "diff", "--schema-url", "sqlite:///missing.db")
        self.assertIn("can't open missing.db: there is no such file (14)\n", said)
        self.assertFalse(os.path.exists(os.path.join(self.folder, "missing.db")))
        self.fails(3, "diff", "--schema-url", "postgresql://nobody@127.0.0.1:1/nothing")
        said = self.refused("diff", "--schema-url", "nonsense")
        self.assertIn("the database URL has no ://", said)
        self.assertNotIn("private agent", said)

    def test_a_sqlite_file_that_is_not_there_is_empty_and_only_runs_make_it(self):
        url = "sqlite:///missing.db"
        path = os.path.join(self.folder, "missing.db")
        self.write("schema.sql", "CREATE TABLE wanted (a int);")
        # Its schema is what is asked for: an empty one would only hide that the name is wrong.
        said = self.fails(3, "inspect", "--database-url", url)
        self.assertIn("can't open missing.db: there is no such file (14)\n", said)
        self.assertIn("correct the path in the database URL; 'brant upgrade' makes", said)
        for command, printed in (
            (["current"], ""),
            (["status"], "Current:"),
            (["history", "-i"], "aaaa"),
            (["plan", "head"], "-- 1. upgrade <base> -> aaaa"),
            (["diff", "--schema", "schema.sql"], "CREATE TABLE wanted"),
            (["diff", "--schema-url", "sqlite:///app.db"], "CREATE TABLE t"),
        ):
            result = self.brant(*command, "--database-url", url)
            self.assertEqual(result.code, 0, result)
            self.assertIn(printed, result.out)
            self.assertFalse(os.path.exists(path), command)
        self.assertIn("not up to date",
                      self.fails(5, "check", "--schema", "schema.sql", "--database-url", url))
        self.assertFalse(os.path.exists(path))
        self.brant("upgrade", "head", "--database-url", url)
        self.assertTrue(os.path.exists(path))

    def test_a_renamed_column_is_named_with_the_tables_old_name(self):
        self.write("brant.toml", 'schema = "schema.sql"\n')
        self.write("schema.sql", "CREATE TABLE things (b int);")
        said = self.refused("diff", "--rename", "t=things", "--rename", "things.a=b")
        self.assertIn("there is no table or column 'things.a' to rename", said)
        self.assertIn("its table is still named as the database has it: t.a=b", said)
        said = self.refused("diff", "--rename", "t.nosuch=b")
        self.assertIn("there is no column 't.nosuch' to rename", said)
        self.assertIn("the new one is that of the desired schema", said)
        self.assertIn("there is no table 'nosuch' to rename",
                      self.refused("diff", "--rename", "nosuch=b"))

    def test_one_source_is_chosen(self):
        self.assertIn("nothing says what the schema should be", self.refused("diff"))
        self.write("brant.toml", 'schema = "a.sql"\nmodels = "models"\n')
        said = self.refused("diff")
        self.assertIn("the schema is to come from several places: models, schema\n", said)
        self.assertIn("remove models or schema from brant.toml", said)
        said = self.refused("diff", "--schema", "a", "--schema-url", "b", "--models", "c")
        self.assertIn("several places: models, schema, schema-url\n", said)
        self.assertIn("give one of --models, --schema and --schema-url", said)

    def test_an_empty_flag_is_an_error(self):
        self.write("brant.toml", 'schema = "schema.sql"\n')
        for flag in ("--models", "--schema", "--schema-command", "--schema-url", "--rename"):
            self.assertIn(f"{flag} is empty", self.refused("diff", flag, ""))

    def test_what_is_to_be_looked_at_stands_out_on_a_terminal(self):
        self.write("schema.sql", "CREATE TABLE t (a int, b int NOT NULL);\nCREATE TABLE u (a int);")
        self.brant_ok("revision", "--autogenerate", "-m", "b", "--schema", "schema.sql")
        self.brant_ok("upgrade", "head")
        self.write("schema.sql", "CREATE TABLE t (a int NOT NULL, b int NOT NULL);")
        screen = self.on_terminal(
            "revision", "--autogenerate", "-m", "Less", "--schema", "schema.sql"
        )
        self.assertIn("\x1b[33mDATA LOSS: drops u and its rows\x1b[0m", screen)
        self.assertRegex(screen, "\x1b\\[33mREVIEW: .*\x1b\\[0m")

    def on_terminal(self, *arguments):
        """What brant writes to the errors, if these are a terminal that has colours."""
        screen, terminal = pty.openpty()
        environment = {name: value for name, value in self.environment.items() if name != "NO_COLOR"}
        with subprocess.Popen([harness.BRANT, *arguments], cwd=self.folder, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=terminal,
                              env={**environment, "TERM": "xterm"}) as program:
            os.close(terminal)
            with open(screen, "rb", buffering=0) as file:
                text = b""
                with contextlib.suppress(OSError):  # EIO: the other end is closed
                    while part := file.read(4096):
                        text += part
            program.communicate(timeout=60)
        self.assertEqual(program.returncode, 0, text)
        return text.decode()


if __name__ == "__main__":
    harness.main()
