"""Every link in the documents leads somewhere, and every command line in them is one that brant takes."""

import glob
import os
import re
import subprocess
import unittest

from tests.e2e import harness

# The real file's folder, beyond Bazel's links: beside it lies what it links to.
ROOT = os.path.dirname(os.path.realpath("README.md"))



def documents():
    return sorted(glob.glob(os.path.join(ROOT, "*.md")) + glob.glob(os.path.join(ROOT, "docs", "*.md")))


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def anchors(text):
    """What headings can be linked as, by the rules of the usual renderers."""
    found = set()
    for heading in re.findall(r"(?m)^#+ (.*)$", text):
        plain = re.sub(r"[`*]", "", heading).strip().lower()
        found.add(re.sub(r"[^\w\- ]", "", plain).replace(" ", "-"))
    return found


class LinksTest(unittest.TestCase):

    def test_links_lead_somewhere(self):
        self.assertGreater(len(documents()), 8)
        for path in documents():
            for target in re.findall(r"\]\(([^)\s]+)\)", read(path)):
                if re.match(r"[a-z]+://", target):
                    continue
                name, _, anchor = target.partition("#")
                file = os.path.normpath(os.path.join(os.path.dirname(path), name)) if name else path
                with self.subTest(document=os.path.relpath(path, ROOT), link=target):
                    self.assertTrue(os.path.exists(file), "there is no such file")
                    if anchor:
                        self.assertIn(anchor, anchors(read(file)))

    def test_command_lines_are_understood(self):
        """Each command exists, and each of its flags is in its help."""
        helps = {}
        checked = 0
        for path in documents():
            text = read(path)
            lines = [line for block in re.findall(r"(?ms)^```sh\n(.*?)^```$", text)
                     for line in block.splitlines()]
            lines += re.findall(r"`(brant [a-z][^`]*)`", text)
            for line in lines:
                for command in re.findall(r"(?:^|&& |\$ )brant ((?:--[a-z-]+ \S+ )*)([a-z]+)((?: [^&#|]*)?)",
                                          line):
                    options, name, rest = command
                    checked += 1
                    with self.subTest(document=os.path.relpath(path, ROOT), line=line):
                        if name not in helps:
                            result = subprocess.run([harness.BRANT, name, "--help"], capture_output=True, text=True,
                                                    check=False)
                            self.assertEqual(result.returncode, 0, result.stderr)
                            helps[name] = result.stdout
                        if "general" not in helps:
                            helps["general"] = subprocess.run([harness.BRANT, "--help"], capture_output=True,
                                                              text=True, check=True).stdout
                        for flag in re.findall(r"(?:^| )(--?[a-z][a-z-]*)", options + rest):
                            self.assertRegex(helps[name] + helps["general"],
                                             rf"(?m)(^|[ ,]){re.escape(flag)}\b")
        self.assertGreater(checked, 20)


if __name__ == "__main__":
    harness.main()
