"""init, revision, merge, edit, history, heads, branches, show: files alone."""

import os
import re

from tests.e2e.cli.cli_test_case import CliTestCase, main


class InitTest(CliTestCase):
    def test_makes_what_a_project_needs_and_says_what_is_next(self):
        result = self.run_brant("init")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertIn("brant revision -m", result.stderr)
        self.assertTrue(os.path.isdir(self.path("migrations")))
        self.assertIn('migrations = "migrations"', self.read("brant.toml"))
        self.assertEqual(self.brant("history"), "")

    def test_another_folder(self):
        self.brant("init", "db/versions/")
        self.assertIn('migrations = "db/versions"', self.read("brant.toml"))
        path = self.brant("revision", "-m", "First").strip()
        self.assertTrue(path.startswith("db/versions/"), path)

    def test_never_overwrites(self):
        self.write("migrations/notes.txt", "mine")
        self.assertIn("migrations is there already", self.brant_fails(2, "init"))
        self.write("brant.toml", "# mine\n")
        self.assertIn("brant.toml is there already", self.brant_fails(2, "init", "other"))
        self.assertEqual(self.read("brant.toml"), "# mine\n")
        self.assertFalse(os.path.exists(self.path("other")))

    def test_an_empty_folder_is_taken(self):
        os.mkdir(self.path("migrations"))
        self.brant("init")


class RevisionTest(CliTestCase):
    def setUp(self):
        super().setUp()
        self.brant("init")

    def make(self, *words):
        """Makes a revision and gives its id."""
        (made,) = self.brant_json("revision", *words)
        return made["revision"]["id"]

    def test_file_has_its_form(self):
        path = self.brant("revision", "-m", "Add user's picture").strip()
        self.assertRegex(path, r"^migrations/\d{8}_0001_add_user_s_picture\.sql$")
        text = self.read(path)
        self.assertRegex(
            text,
            r"^-- Add user's picture\n--\n-- Revision ID: [0-9a-f]{12}\n-- Revises:\n"
            r"-- Create Date: \d{4}-\d\d-\d\d \d\d:\d\d:\d\d\+00:00\n",
        )
        self.assertIn("-- brant:upgrade\n", text)
        self.assertIn("-- brant:downgrade\n", text)

    def test_second_revises_the_first(self):
        first = self.make("-m", "First")
        second = self.make("-m", "Second")
        self.assertEqual(
            self.brant("history"),
            f"{first} -> {second} (head), Second\n<base> -> {first}, First\n",
        )

    def test_all_flags(self):
        first = self.make("-m", "First", "--rev-id", "aaaa1111")
        self.assertEqual(first, "aaaa1111")
        self.make("-m", "Second", "--rev-id", "bbbb2222")
        self.make("-m", "Splice", "--head", "aaaa", "--splice", "--rev-id", "cccc3333")
        (made,) = self.brant_json(
            *("revision", "-m", "Billing", "--head", "base", "--branch-label", "billing"),
            *("--depends-on", "bbbb2222", "--rev-id", "dddd4444"),
        )
        self.assertEqual(made["revision"]["labels"], ["billing"])
        self.assertEqual(made["revision"]["dependencies"], ["bbbb2222"])
        self.assertEqual(made["revision"]["parents"], [])
        heads = self.brant("heads")
        self.assertIn("cccc3333 (head)\n", heads)
        self.assertIn("dddd4444 (billing) (head)\n", heads)
        self.assertNotIn("bbbb2222", self.brant("heads", "--resolve-dependencies"))

    def test_several_heads_are_refused_and_merged(self):
        self.make("-m", "First", "--rev-id", "aaaa1111")
        self.make("-m", "Left", "--rev-id", "bbbb2222")
        self.make("-m", "Right", "--rev-id", "cccc3333", "--head", "aaaa1111", "--splice")
        self.assertIn("Multiple heads are present", self.brant_fails(2, "revision", "-m", "x"))
        self.brant("merge", "heads", "-m", "Join", "--rev-id", "dddd4444")
        self.assertEqual(self.brant("heads"), "dddd4444 (head)\n")
        self.assertIn(
            "bbbb2222, cccc3333 -> dddd4444 (head) (mergepoint), Join\n", self.brant("history")
        )
        self.assertEqual(
            self.brant("branches"),
            "aaaa1111 (branchpoint)\n         -> bbbb2222\n         -> cccc3333\n\n",
        )
        (branches,) = self.brant_json("branches")
        self.assertEqual([one["id"] for one in branches["revisions"]], ["aaaa1111"])

    def test_refusals_write_nothing(self):
        self.make("-m", "First", "--rev-id", "aaaa1111")
        self.make("-m", "Second", "--rev-id", "bbbb2222")
        before = sorted(os.listdir(self.path("migrations")))
        for words, phrase in [
            (["--head", "aaaa1111"], "is not a head revision; please specify --splice"),
            (["--rev-id", "aaaa1111"], "is already present"),
            (["--rev-id", "a-b"], "not allowed in revision identifier"),
            (["--head", "nosuch"], "Can't locate revision identified by 'nosuch'"),
            (["--depends-on", "nosuch"], "Can't locate revision identified by 'nosuch'"),
            (["--branch-label", "head"], "can't be a branch label"),
        ]:
            with self.subTest(words):
                self.assertIn(phrase, self.brant_fails(2, "revision", "-m", "x", *words))
        self.assertIn("a merge needs two or more heads", self.brant_fails(2, "merge", "heads"))
        self.assertEqual(sorted(os.listdir(self.path("migrations"))), before)

    def test_messages_of_every_kind(self):
        for message in ["[fix] brackets", "-dash first", "größer als je zuvor", "a=b, c"]:
            identifier = self.make("-m", message)
            self.assertIn(message, self.brant("show", identifier))

    def test_edit_opens_the_file_and_checks_it(self):
        self.make("-m", "First", "--rev-id", "aaaa1111")
        self.write("editor.sh", 'echo "$#" > count\nsed -i "s/First/Edited/" "$1"\n')
        self.brant("edit", "head", EDITOR="sh editor.sh")
        self.assertIn("Edited", self.brant("show", "aaaa"))
        self.assertEqual(self.read("count"), "1\n")
        # VISUAL comes first.
        self.brant("edit", "aaaa1111", VISUAL="true", EDITOR="false")
        message = self.brant_fails(1, "edit", "aaaa1111", EDITOR="false")
        self.assertIn("'false' ended with exit code 1", message)
        self.assertIn("no editor is named", self.brant_fails(2, "edit", "head"))
        self.write("breaker.sh", 'echo "-- brant:upgrade nosuch" >> "$1"\n')
        self.assertRegex(
            self.brant_fails(2, "edit", "head", EDITOR="sh breaker.sh"), r"_first\.sql:\d+"
        )


class ListingTest(CliTestCase):
    def setUp(self):
        super().setUp()
        self.revision(1, "aaaa1111", message="First")
        self.revision(2, "bbbb2222", "aaaa1111", message="Second")
        self.revision(3, "cccc3333", "bbbb2222", message="Third")

    def test_ranges(self):
        third = "bbbb2222 -> cccc3333 (head), Third\n"
        second = "aaaa1111 -> bbbb2222, Second\n"
        first = "<base> -> aaaa1111, First\n"
        self.assertEqual(self.brant("history"), third + second + first)
        self.assertEqual(self.brant("history", "-r", "bbbb:"), third + second)
        self.assertEqual(self.brant("history", "-r:bbbb"), second + first)
        self.assertEqual(self.brant("history", "--rev-range=aaaa:bbbb"), second + first)
        for words in (["-r-1:"], ["-r", "-1:"]):
            self.assertEqual(self.brant("history", *words), third + second)

    def test_json_is_what_an_agent_would_answer(self):
        (history,) = self.brant_json("history")
        self.assertEqual(history["nextPageToken"], "")
        newest = history["revisions"][0]
        self.assertEqual(newest["id"], "cccc3333")
        self.assertEqual(newest["parents"], ["bbbb2222"])
        self.assertEqual(newest["file"], "20240101_0003_cccc3333.sql")
        self.assertFalse(newest["applied"])
        self.assertTrue(re.fullmatch("[0-9a-f]{64}", newest["checksum"]))
        (shown,) = self.brant_json("show", "head")
        self.assertEqual(shown["revision"], newest)
        self.assertEqual(shown["text"], self.read("migrations/20240101_0003_cccc3333.sql"))

    def test_show_in_full(self):
        text = self.brant("show", "cccc")
        for line in [
            "Rev: cccc3333 (head)",
            "Parent: bbbb2222",
            "Path: migrations/20240101_0003_cccc3333.sql",
            "    Third",
        ]:
            self.assertIn(line + "\n", text)
        self.assertEqual(self.brant("history", "-v", "-r", "cccc:"), text)

    def test_unknown_and_ambiguous(self):
        self.assertIn(
            "Can't locate revision identified by 'nosuch'", self.brant_fails(2, "show", "nosuch")
        )
        self.revision(4, "aaaa9999", "cccc3333")
        message = self.brant_fails(2, "show", "aaaa")
        self.assertIn("aaaa1111", message)
        self.assertIn("aaaa9999", message)

    def test_what_needs_the_database_says_so(self):
        for words in (["history", "-i"], ["history", "-r", "current:"], ["show", "current"]):
            with self.subTest(words):
                self.assertIn("no database is named", self.brant_fails(2, *words))


class BrokenFilesTest(CliTestCase):
    def assert_refused(self, place, phrase):
        for command in ("history", "heads", "branches"):
            message = self.brant_fails(2, command)
            self.assertIn(place, message)
            self.assertIn(phrase, message)

    def test_errors_name_file_and_line(self):
        name = self.revision(1, "aaaa1111", body="-- brant:upgrade oracle\nSELECT 1;\n")
        self.assert_refused(f"{name}:6", "oracle")

    def test_no_header(self):
        self.write("migrations/20240101_0001_x.sql", "SELECT 1;\n")
        self.assert_refused("20240101_0001_x.sql", "")

    def test_no_utf8(self):
        self.write(
            "migrations/20240101_0001_x.sql",
            b"-- x\n--\n-- Revision ID: aaaa1111\n-- Revises:\n\n-- brant:upgrade\nSELECT '\xff';\n",
        )
        self.assert_refused("20240101_0001_x.sql:7", "UTF-8")

    def test_duplicate_id(self):
        self.revision(1, "aaaa1111")
        os.rename(
            self.path("migrations/20240101_0001_aaaa1111.sql"), self.path("migrations/copy.sql")
        )
        self.revision(2, "aaaa1111")
        self.assert_refused("20240101_0002_aaaa1111.sql", "aaaa1111")

    def test_missing_parent(self):
        name = self.revision(1, "aaaa1111", "nosuch")
        self.assert_refused(f"{name}:4", "nosuch")

    def test_cycle(self):
        self.revision(1, "aaaa1111", "bbbb2222")
        self.revision(2, "bbbb2222", "aaaa1111")
        self.assert_refused(".sql:4", "aaaa1111")

    def test_no_folder(self):
        message = self.brant_fails(2, "history", "--migrations", "nosuch")
        self.assertIn("nosuch", message)
        self.assertIn("brant init", self.brant_fails(2, "revision", "-m", "x"))


if __name__ == "__main__":
    main()
