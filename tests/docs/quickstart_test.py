"""tools/quickstart says what it does while it does it; building is left out."""

import os
import shutil
import subprocess
import tempfile
import unittest

QUICKSTART = os.path.abspath("tools/quickstart")

BAZEL = """#!/bin/sh
case "$1" in
  build) echo "BUILDS" ;;
  info) mkdir -p built/client built/agent && touch built/client/brant built/agent/brantd && echo built ;;
esac
"""


class QuickstartTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="brant-quickstart-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        os.mkdir(os.path.join(self.folder, "tools"))
        shutil.copy(QUICKSTART, os.path.join(self.folder, "tools"))
        self.program("tools/install-dependencies", "#!/bin/sh\necho INSTALLS $1\n")
        self.program("tools/demonstration", "#!/bin/sh\necho DEMONSTRATES\n")
        self.program("path/bazel", BAZEL)

    def program(self, name, text):
        path = os.path.join(self.folder, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(path, 0o755)

    def test_each_phase_is_announced_before_it_begins(self):
        result = subprocess.run(
            [os.path.join(self.folder, "tools/quickstart")],
            env={"PATH": os.path.join(self.folder, "path") + os.pathsep + os.environ["PATH"]},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        self.assertEqual(result.returncode, 0, result.stderr)
        lines = result.stdout.splitlines()
        for phase, begins in [("1/3 ", "INSTALLS build"), ("2/3 ", "BUILDS"), ("3/3 ", "DEMONSTRATES")]:
            place = lines.index(begins)
            self.assertTrue(lines[place - 1].startswith(phase), result.stdout)
            self.assertRegex(lines[place - 1], "minute|second")


if __name__ == "__main__":
    unittest.main()
