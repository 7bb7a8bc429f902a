"""Answers commands about a revision graph by running Alembic's own code.

Nothing of Alembic's is copied here: its ScriptDirectory resolves and walks, its
HeadMaintainer keeps the version rows, and its commands print.
"""

import io
import types
import warnings

from alembic import command
from alembic import util
from alembic.runtime.migration import HeadMaintainer
from alembic.script import ScriptDirectory
from alembic.script.base import Script
from alembic.script.revision import RevisionMap

warnings.simplefilter("ignore")


def _sorted_comma(value):
    """Alembic prints sets in no order; labels are sorted here, as Brant's are."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, (set, frozenset)):
        value = sorted(value)
    return ", ".join(value)


util.format_as_comma = _sorted_comma


class Rows(HeadMaintainer):
    """HeadMaintainer with a set of rows instead of a table."""

    def __init__(self, rows):
        super().__init__(None, rows)

    def _insert_version(self, version):
        assert version not in self.heads
        self.heads.add(version)

    def _delete_version(self, version):
        self.heads.remove(version)

    def _update_version(self, from_, to_):
        assert to_ not in self.heads
        self.heads.remove(from_)
        self.heads.add(to_)


class Output:
    """As much of Alembic's Config as its listing commands use."""

    def __init__(self):
        self.stdout = io.StringIO()

    def print_stdout(self, text, *arguments):
        self.stdout.write((str(text) % arguments if arguments else str(text)) + "\n")

    def get_main_option(self, name, default=None):
        return default


class AlembicSide:
    """One graph. Each method returns its result or raises what Alembic raises."""

    def __init__(self, revisions, place):
        """`revisions` in the order of their file names; `place` orders ids."""
        scripts = []
        self.directory = ScriptDirectory.__new__(ScriptDirectory)
        for revision in revisions:
            module = types.ModuleType(revision.id)
            module.down_revision = tuple(revision.parents) or None
            module.depends_on = tuple(revision.dependencies) or None
            module.branch_labels = tuple(revision.labels) or None
            module.upgrade = module.downgrade = lambda: None
            module.__doc__ = revision.header()
            scripts.append(Script(module, revision.id, "versions/" + revision.file))
        self.directory.revision_map = RevisionMap(lambda: scripts)
        self.map = self.directory.revision_map._revision_map
        for script in scripts:
            # A frozenset otherwise, whose order is random.
            script.nextrev = tuple(sorted(script.nextrev, key=place.__getitem__))

    def _run(self, steps, rows):
        """The ids that ran, and the rows after them."""
        maintainer = Rows(rows)
        ran = []
        for step in steps:
            maintainer.update_to_step(step)
            ran.append(step)
        return ran, maintainer.heads

    def upgrade(self, rows, target):
        steps = self.directory._upgrade_revs(target, tuple(rows))
        ran, rows = self._run(steps, rows)
        return [step.revision.revision for step in ran], rows

    def downgrade(self, rows, target):
        steps = self.directory._downgrade_revs(target, tuple(rows))
        ran, rows = self._run(steps, rows)
        return [step.revision.revision for step in ran], rows

    def stamp(self, rows, targets):
        steps = self.directory._stamp_revs(tuple(targets), tuple(rows))
        return self._run(steps, rows)[1]

    def _print(self, function, *arguments, **options):
        output = Output()
        from_config = ScriptDirectory.from_config
        ScriptDirectory.from_config = lambda config: self.directory
        try:
            function(output, *arguments, **options)
        finally:
            ScriptDirectory.from_config = from_config
        return output.stdout.getvalue()

    def history(self, rows, text, verbose, mark_current):
        """As command.history does once it has the rows."""
        base, head = text.split(":")
        base = tuple(rows) if base == "current" else base
        head = tuple(rows) if head == "current" else head
        lines = []
        for script in self.directory.walk_revisions(base=base or "base", head=head or "heads"):
            script._db_current_indicator = mark_current and script.revision in rows
            lines.append(
                script.cmd_format(
                    verbose=verbose,
                    include_branches=True,
                    include_doc=True,
                    include_parents=True,
                )
                + "\n"
            )
            script._db_current_indicator = None
        return "".join(lines)

    def heads(self, verbose, resolve_dependencies):
        return self._print(command.heads, verbose, resolve_dependencies)

    def branches(self, verbose):
        return self._print(command.branches, verbose)

    def show(self, identifier):
        return self._print(command.show, identifier)

    def current(self, rows, verbose):
        """As command.current does once it has the rows."""
        scripts = self.directory.get_all_current(tuple(rows))
        return "".join(script.cmd_format(verbose) + "\n" for script in scripts)
