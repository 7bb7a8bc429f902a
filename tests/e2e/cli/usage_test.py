"""The command line itself: flags, settings, exit codes, what goes where."""

import json
import os
import signal
import stat
import subprocess

from tests.e2e.cli.cli_test_case import BRANT, CliTestCase, main


class UsageTest(CliTestCase):
    def test_version_in_every_spelling(self):
        version = self.brant("--version")
        self.assertRegex(version, r"^brant \d+\.\d+\.\d+\n$")
        self.assertEqual(self.brant("version"), version)
        self.assertEqual(self.brant("-q", "--version"), version)
        self.assertEqual(self.brant("--version", "upgrade", "head"), version)
        (as_json,) = self.brant_json("version")
        self.assertEqual(f"brant {as_json['version']}\n", version)

    def test_help(self):
        for words in (["--help"], ["help"], ["-h"]):
            self.assertIn("downgrade", self.brant(*words))
        self.assertEqual(self.brant("help", "upgrade"), self.brant("upgrade", "--help"))
        bare = self.run_brant()
        self.assertEqual(bare.returncode, 2)
        self.assertIn("Commands:", bare.stderr)

    def test_every_command_has_help(self):
        listed = self.brant("--help").split("Commands:\n")[1].split("\n\n")[0]
        commands = [line.split()[0] for line in listed.splitlines()]
        self.assertEqual(len(commands), 25)
        for command in commands:
            with self.subTest(command):
                text = self.brant(command, "--help")
                self.assertIn(f"Usage: brant {command}", text)

    def test_usage_errors(self):
        for words, phrase in [
            (["upgarde", "head"], "did you mean 'upgrade'?"),
            (["upgrade"], "TARGET"),
            (["upgrade", "a", "b"], "b"),
            (["upgrade", "head", "--no-such-flag"], "--no-such-flag"),
            (["upgrade", "head", "--transaction", "both"], "none of step, all"),
            (["upgrade", "head", "--lock-wait", "soon"], "not a number of seconds"),
            (["upgrade", "a:b"], "only allowed with --sql"),
            (["downgrade", "a:b"], "only allowed with --sql"),
            (["downgrade", "-1", "--sql"], "downgrade with --sql requires FROM:TO"),
            (["upgrade", "head", "--sql"], "--dialect"),
            (["upgrade", "head", "--request-id", "a b"], "is no request id"),
            (["watch", "--after", "-1"], "not a number"),
            (["runs", "frobnicate"], "frobnicate"),
            (["--output", "xml", "history"], "none of text, json"),
            (["current", "--agent", "http://a"], "is no address of an agent"),
            (["current", "--agent", "a:1", "--database-url", "sqlite://"], "exclude each other"),
            (["inspect", "--format", "json"],
             "'json' is none of sql, mermaid; --output json prints JSON"),
            (["current", "--database-url", ""], "--database-url is empty"),
            (["current", "--agent="], "--agent is empty"),
            (["wait", "head", "--timeout", "soon"], "not a number of seconds"),
            (["repair"], "exactly one of --accept-edited, --took-effect and --no-effect"),
            (["repair", "--took-effect"], "exactly one revision"),
            (["current", "--connect-timeout", "x", "--agent", "a:1"], "not a number of seconds"),
        ]:
            with self.subTest(words):
                self.assertIn(phrase, self.brant_fails(2, *words))

    def test_negative_targets_are_understood(self):
        for target in ("-1", "-12", "accounts@-1"):
            message = self.brant_fails(2, "downgrade", target)
            self.assertIn("no database is named", message)

    def test_errors_as_json(self):
        result = self.run_brant("upgrade", "head", "--output", "json")
        self.assertEqual(result.returncode, 2)
        self.assertEqual(result.stderr, "")
        error = json.loads(result.stdout)["error"]
        self.assertEqual(error["code"], "INVALID_ARGUMENT")
        self.assertEqual(error["reason"], "INVALID_REQUEST")
        self.assertIn("DATABASE_URL", error["metadata"]["hint"])
        result = self.run_brant("--output=json", "nosuch")
        self.assertEqual(result.returncode, 2)
        self.assertIn("nosuch", json.loads(result.stdout)["error"]["message"])

    def test_unreachable_agent(self):
        message = self.brant_fails(
            3, "current", "--agent", "127.0.0.1:1", "--connect-timeout", "0"
        )
        self.assertIn("can't reach the agent at 127.0.0.1:1: connection refused", message)
        self.assertIn("hint: check that brantd runs there", message)
        socket = "unix://" + self.path("no.sock")
        message = self.brant_fails(
            3, "current", "--agent", "127.0.0.1:1," + socket, "--connect-timeout", "0"
        )
        self.assertIn("127.0.0.1:1: connection refused: nothing listens there; ", message)
        self.assertIn(socket + ": there is no such socket", message)

    def test_an_empty_flag_never_falls_back_to_the_environment(self):
        message = self.brant_fails(2, "upgrade", "head", "--database-url", "", DATABASE_URL="x:")
        self.assertIn("--database-url is empty", message)

    def test_time_that_is_over_before_any_agent_answered(self):
        for words in (["wait", "head"], ["upgrade", "head"], ["watch"]):
            message = self.brant_fails(7, "-q", *words, "--agent", "127.0.0.1:1", "--timeout", "0.2")
            self.assertIn("the timeout was over", message)
            self.assertIn("127.0.0.1:1", message)
        self.write("brant.toml", "agent = '127.0.0.1:1'\ntimeout = 0.2\n")
        self.brant_fails(7, "-q", "wait", "head")

    def test_interrupt_while_no_agent_answers(self):
        for words in (["wait", "head"], ["upgrade", "head"]):
            process = subprocess.Popen(
                [BRANT, *words, "--agent", "127.0.0.1:1"],
                cwd=self.folder,
                env=self.environment,
                stderr=subprocess.PIPE,
                text=True,
            )
            self.assertIn("Trying again", process.stderr.readline())
            process.send_signal(signal.SIGINT)
            self.assertIn("Left before", process.stderr.read())
            process.stderr.close()
            self.assertEqual(process.wait(), 130)

    def test_agent_that_is_not_installed(self):
        os.mkdir(self.path("migrations"))
        message = self.brant_fails(3, "current", DATABASE_URL="sqlite:///a.db")
        self.assertIn("BRANT_BRANTD names no program", message)

    def test_agent_that_dies(self):
        os.mkdir(self.path("migrations"))
        script = self.path("brantd")
        with open(script, "w", encoding="utf-8") as file:
            file.write("#!/bin/sh\necho 'brantd: no luck' >&2\nexit 7\n")
        os.chmod(script, stat.S_IRWXU)
        message = self.run_brant(
            "current", DATABASE_URL="postgresql://me:secret@h/d", BRANT_BRANTD=script
        )
        self.assertEqual(message.returncode, 3)
        self.assertIn("brantd: no luck", message.stderr)
        self.assertIn("the private agent ended with exit code 7", message.stderr)
        self.assertNotIn("secret", message.stderr)

    def test_output_that_can_not_be_written_is_no_success(self):
        self.revision(1, "aaaa1111")
        with open("/dev/full", "w", encoding="utf-8") as full:
            result = subprocess.run(
                [BRANT, "history"],
                cwd=self.folder,
                env=self.environment,
                stdout=full,
                stderr=subprocess.PIPE,
                text=True,
                check=False,
            )
        self.assertEqual(result.returncode, 1)
        self.assertIn("can't write the output: No space left", result.stderr)

    def test_a_reader_that_wants_no_more_is_no_error(self):
        for counter in range(1, 2000):
            parent = f"r{counter - 1}" if counter > 1 else ""
            self.revision(counter, f"r{counter}", parent, message="A long message " * 20)
        process = subprocess.Popen(
            [BRANT, "history"],
            cwd=self.folder,
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        process.stdout.readline()
        process.stdout.close()
        self.assertEqual(process.stderr.read(), b"")
        process.stderr.close()
        self.assertEqual(process.wait(), 0)


class SettingsTest(CliTestCase):
    def setUp(self):
        super().setUp()
        for folder in ("migrations", "from_file", "from_environment", "from_flag"):
            self.write(
                f"{folder}/20240101_0001_x.sql",
                f"-- x\n--\n-- Revision ID: {folder}\n-- Revises:\n\n-- brant:upgrade\n",
            )

    def heads(self, *words, **variables):
        return self.brant("heads", *words, **variables).split()[0]

    def test_flag_over_environment_over_file_over_default(self):
        self.assertEqual(self.heads(), "migrations")
        self.write("brant.toml", "migrations = 'from_file'\n")
        self.assertEqual(self.heads(), "from_file")
        self.assertEqual(self.heads(BRANT_MIGRATIONS="from_environment"), "from_environment")
        self.assertEqual(
            self.heads("--migrations", "from_flag", BRANT_MIGRATIONS="from_environment"),
            "from_flag",
        )

    def test_paths_in_the_file_start_at_the_file(self):
        self.write("config/brant.toml", "migrations = '../from_file'\n")
        self.assertEqual(self.heads("-c", "config/brant.toml"), "from_file")

    def test_mistakes_in_the_file_have_a_place(self):
        self.write("brant.toml", "\nmigration = 'x'\n")
        self.assertIn("brant.toml:2:1: unknown setting 'migration'", self.brant_fails(2, "heads"))
        self.write("brant.toml", "migrations = \n")
        self.assertIn("brant.toml:1:", self.brant_fails(2, "heads"))
        self.assertIn("nosuch.toml", self.brant_fails(2, "heads", "-c", "nosuch.toml"))

    def test_version_reads_no_file(self):
        self.write("brant.toml", "broken = \n")
        self.brant("--version")


if __name__ == "__main__":
    main()
