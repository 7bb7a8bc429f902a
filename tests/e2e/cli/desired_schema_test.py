"""What check, diff and revision --autogenerate say where the desired schema can't be had."""

from tests.e2e import harness


class DesiredSchemaTest(harness.EndToEndTest):
    def setUp(self):
        super().setUp()
        self.revision("aaaa", "", "CREATE TABLE t (a int);", "DROP TABLE t;")
        self.environment["DATABASE_URL"] = "sqlite:///app.db"
        self.brant_ok("upgrade", "head")

    def refused(self, command, *arguments):
        """What the command prints; it must end as one that was given something wrong."""
        result = self.brant(command, *arguments)
        self.assertEqual(result.code, 2, result)
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


if __name__ == "__main__":
    harness.main()
