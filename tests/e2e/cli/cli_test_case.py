"""Runs brant as a process in a project folder of its own."""

import json
import os
import subprocess
import tempfile
import unittest

# Where Bazel puts the program, seen from a test's working directory.
BRANT = os.path.abspath("client/brant")


class CliTestCase(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="brant-cli-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.environment = {
            "PATH": "/usr/bin:/bin",
            "HOME": self.folder,
            # No agent is at hand: what needs one must say so.
            "BRANT_BRANTD": os.path.join(self.folder, "no-brantd"),
        }

    def run_brant(self, *words, **variables):
        return subprocess.run(
            [BRANT, *words],
            cwd=self.folder,
            env={**self.environment, **variables},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=30,
        )

    def brant(self, *words, **variables):
        """What a command that succeeds prints."""
        result = self.run_brant(*words, **variables)
        self.assertEqual(result.returncode, 0, f"{words}: {result.stderr}{result.stdout}")
        return result.stdout

    def brant_json(self, *words):
        """The objects that a command that succeeds prints."""
        return [json.loads(line) for line in self.brant(*words, "--output", "json").splitlines()]

    def brant_fails(self, code, *words, **variables):
        """The message of a command that ends with this exit code."""
        result = self.run_brant(*words, **variables)
        self.assertEqual(result.returncode, code, f"{words}: {result.stderr}{result.stdout}")
        self.assertEqual(result.stdout, "", "an error prints no results")
        self.assertTrue(result.stderr.startswith("error: "), result.stderr)
        return result.stderr

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def read(self, *parts):
        with open(self.path(*parts), encoding="utf-8") as file:
            return file.read()

    def write(self, name, text):
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(text if isinstance(text, bytes) else text.encode())

    def revision(self, counter, identifier, revises="", header="", message="A revision", body=None):
        """Writes a migration file and gives its name."""
        name = f"20240101_{counter:04}_{identifier}.sql"
        if body is None:
            body = "-- brant:upgrade\nSELECT 1;\n\n-- brant:downgrade\nSELECT 2;\n"
        self.write(
            f"migrations/{name}",
            f"-- {message}\n--\n-- Revision ID: {identifier}\n-- Revises:"
            f"{' ' if revises else ''}{revises}\n{header}\n{body}",
        )
        return name


def main():
    unittest.main()
