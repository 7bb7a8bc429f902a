"""brant lint, as a pull request's checks run it: on files alone."""

import json
import re

from tests.e2e import harness


class LintTest(harness.EndToEndTest):
    def setUp(self):
        super().setUp()
        self.revision("aaaa", "", "CREATE TABLE t (a int, b int);", "DROP TABLE t;")
        self.revision("bbbb", "aaaa", "ALTER TABLE t\n  DROP COLUMN b;", "ALTER TABLE t ADD b int;")

    def lint(self, code, *arguments, **environment):
        result = self.brant("lint", *arguments, **environment)
        self.assertEqual(result.code, code, result)
        return result

    def test_prints_what_it_found_and_fails(self):
        result = self.lint(5)
        self.assertEqual(
            result.out,
            "migrations/20240101_bbbb.sql:7: error BR301 drop-column: the values of b in t are lost, "
            "and applications that still name it fail\n"
            "    Release what no longer uses the column first; drop it in a later release, and "
            "acknowledge it\n",
        )
        self.assertIn("error: lint found 1 error in 2 revisions", result.err)
        self.assertIn("-- lint:allow RULE reason", result.err)

    def test_the_example_of_the_documentation(self):
        with open("docs/lint.md", encoding="utf-8") as file:
            shown = re.search(r"```console\n\$ brant ([^\n]*)\n(.*?)```", file.read(), re.S)
        self.revision("cccc", "bbbb", "CREATE INDEX users_name_idx ON users (name);", "SELECT 1;",
                      name="20241202_find_users.sql")
        result = self.brant(*shown.group(1).split())
        self.assertEqual(result.code, 5)
        self.assertEqual(result.out + result.err, shown.group(2))

    def test_looks_at_a_revision_a_range_or_all(self):
        self.assertEqual(self.lint(0, "aaaa").out, "")
        self.assertIn("1 revision: nothing found", self.lint(0, ":aaaa").err)
        self.lint(5, "head")
        self.lint(5, "aaaa:bbbb")
        self.assertIn("Can't locate revision identified by 'nosuch'", self.lint(2, "nosuch").err)
        self.assertIn("asks no database", self.lint(2, "current:").err)

    def test_an_acknowledged_finding_does_not_count(self):
        self.revision(
            "bbbb", "aaaa",
            "-- lint:allow drop-column nothing reads it\nALTER TABLE t DROP COLUMN b;",
            "ALTER TABLE t ADD b int;",
        )
        result = self.lint(0)
        self.assertEqual(result.out, "")
        self.assertIn("2 revisions: 1 acknowledged", result.err)
        answer = json.loads(self.lint(0, "--output", "json").out)
        self.assertTrue(answer["findings"][0]["acknowledged"])

    def test_notices_do_not_fail(self):
        self.revision("cccc", "bbbb", "CREATE TABLE u (a json);", "DROP TABLE u;")
        result = self.lint(0, "cccc")
        self.assertIn("notice BR702 json-type: a is json", result.out)
        self.assertIn("(postgresql)\n    `jsonb`\n", result.out)

    def test_dialects_are_chosen(self):
        self.revision("cccc", "bbbb", "CREATE INDEX i ON t (a);", "DROP INDEX i;")
        self.assertIn("BR101 blocking-index", self.lint(5, "cccc").out)
        self.assertEqual(self.lint(0, "cccc", "--dialect", "sqlite,mysql").out, "")
        self.assertIn("unknown dialect 'oracle'", self.lint(2, "--dialect", "oracle").err)

    def test_the_projects_dialects_are_meant_by_default(self):
        self.revision("cccc", "bbbb", "CREATE INDEX i ON t (a);", "DROP INDEX i;")
        self.write("brant.toml", 'dialects = ["sqlite", "mysql"]\n')
        self.assertEqual(self.lint(0, "cccc").out, "")
        self.assertIn("BR101", self.lint(5, "cccc", "--dialect", "postgresql").out)
        self.write("brant.toml", 'dialects = ["sqlite", "oracle"]\n')
        self.assertIn(
            "unknown dialect 'oracle' in the setting 'dialects'", self.lint(2, "cccc").err
        )

    def test_without_dialects_that_of_the_database_url_is_meant(self):
        self.revision("cccc", "bbbb", "CREATE INDEX i ON t (a);\nALTER TABL t;", "DROP INDEX i;")
        self.assertEqual(self.lint(0, "cccc", DATABASE_URL="sqlite:///none.db").out, "")
        url = "postgresql://nobody@127.0.0.1:1/nothing"
        found = self.lint(5, "cccc", DATABASE_URL=url).out
        self.assertIn("BR101 blocking-index", found)
        self.assertIn("20240101_cccc.sql:8: error BR006 syntax-error", found)
        self.assertNotIn("mysql", found)
        # Without one, those that the files serve; what was said is stronger.
        self.assertIn("mysql", self.lint(5, "cccc").out)
        self.assertEqual(self.lint(0, "cccc", "--dialect", "sqlite", DATABASE_URL=url).out, "")
        self.write("brant.toml", 'dialects = ["sqlite"]\n')
        self.assertEqual(self.lint(0, "cccc", DATABASE_URL=url).out, "")

    def test_sql_of_a_database_that_nothing_names_is_no_error(self):
        self.revision("cccc", "bbbb", "CREATE TABLE `u` (`a` int);", "DROP TABLE `u`;")
        result = self.lint(0, "cccc")
        self.assertIn("20240101_cccc.sql:7: notice BR007 unsaid-database", result.out)
        self.assertIn("(postgresql)\n    Name the project's databases: `dialects`", result.out)
        self.write("brant.toml", 'dialects = ["mysql"]\n')
        self.assertEqual(self.lint(0, "cccc").out, "")
        self.write("brant.toml", 'dialects = ["postgresql"]\n')
        self.assertIn("error BR006 syntax-error", self.lint(5, "cccc").out)

    def test_json_is_the_response_and_then_the_error(self):
        lines = self.lint(5, "--output", "json").out.splitlines()
        answer, error = (json.loads(line) for line in lines)
        self.assertEqual(answer["revisionCount"], 2)
        (finding,) = answer["findings"]
        self.assertEqual(finding["code"], "BR301")
        self.assertEqual(finding["line"], 7)
        self.assertEqual(finding["severity"], "LINT_SEVERITY_ERROR")
        self.assertEqual(error["error"]["reason"], "CHECK_FAILED")

    def test_no_database_is_asked(self):
        self.lint(5, DATABASE_URL="postgresql://nobody@127.0.0.1:1/nothing")

    def test_an_agent_that_runs_looks_at_the_files_of_this_folder(self):
        address = self.start_agent("sqlite:///%s/app.db" % self.folder)
        self.lint(5, "--agent", address)
        self.lint(0, "aaaa", "--agent", address)

    def test_files_that_are_none_are_named(self):
        self.write("migrations/broken.sql", "no header")
        self.assertIn("broken.sql:1", self.lint(2).err)


if __name__ == "__main__":
    harness.main()
