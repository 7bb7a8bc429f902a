"""Each kind of change, on each database: found, applied, nothing left, undone. What is found is
compared with docs/autogenerate.md, beside what Alembic finds of the same."""

import os
import re
import warnings

import sqlalchemy
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from tests.e2e import harness
from tests.e2e.schema.change_kinds import CHANGES

# Which database: the build file has a test for each.
DATABASE = os.environ["CHANGES_DATABASE"]
DOCUMENT = os.path.abspath("docs/autogenerate.md")
COLUMN = {"postgresql": 1, "sqlite": 2, "mysql": 3}[DATABASE]
DRIVER = {"postgresql": "postgresql+psycopg2", "sqlite": "sqlite", "mysql": "mysql+pymysql"}[DATABASE]


def metadata_of(url):
    """What SQLAlchemy reflects of a database."""
    engine = sqlalchemy.create_engine(re.sub(r"^\w+", DRIVER, url))
    metadata = sqlalchemy.MetaData()
    with engine.connect() as connection:
        metadata.reflect(connection)
    engine.dispose()
    return metadata


def alembic_finds(url, metadata):
    """What Alembic's autogenerate would do to the database, with all of its comparisons on; None if
    it fails."""
    engine = sqlalchemy.create_engine(re.sub(r"^\w+", DRIVER, url))
    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True})
        try:
            return [str(difference) for difference in compare_metadata(context, metadata)]
        except sqlalchemy.exc.DBAPIError:
            return None
        finally:
            engine.dispose()


class ChangeKindsTest(harness.EndToEndTest):
    def brant_manages(self, change, before, after):
        """Autogenerate finds the change, applies it, finds nothing more, and undoes it."""
        self.setUpProject(before)
        self.write("after.sql", after)
        self.write("before.sql", before)
        renames = [flag for rename in change.renames for flag in ("--rename", rename)]
        self.brant_ok("revision", "--autogenerate", "-m", "Change", "--schema", "after.sql",
                      *(renames or ["--no-renames"]))
        written = os.listdir(self.migrations)
        self.assertEqual(len(written), 1, "nothing was found")
        self.brant_ok("upgrade", "head")
        self.assertEqual(self.brant_ok("diff", "--schema", "after.sql"), "")
        self.brant_ok("downgrade", "base")
        self.assertEqual(self.brant_ok("diff", "--schema", "before.sql"), "")
        os.remove(os.path.join(self.migrations, written[0]))

    def setUpProject(self, before):
        self.database = self.new_database(DATABASE, "db%d" % self.count)
        self.environment["DATABASE_URL"] = self.database.url
        self.database.execute(before)

    def alembic_manages(self, before, after):
        """Whether Alembic finds a difference that it does not see between equals: yes, no, fails."""
        old = self.new_database(DATABASE, "old%d" % self.count)
        old.execute(before)
        new = self.new_database(DATABASE, "new%d" % self.count)
        new.execute(after)
        noise = alembic_finds(old.url, metadata_of(old.url))
        found = alembic_finds(old.url, metadata_of(new.url))
        if found is None:
            return "fails"
        return "yes" if [difference for difference in found if difference not in (noise or [])] else "no"

    def test_the_table_of_the_document(self):
        warnings.simplefilter("ignore")
        rows = {}
        for self.count, change in enumerate(CHANGES):
            sql = change.sql(DATABASE)
            if sql is None:
                rows[change.name] = "–"
                continue
            with self.subTest(change.name):
                self.brant_manages(change, *sql)
                alembic = "no" if change.renames else self.alembic_manages(*sql)
                rows[change.name] = "yes" if alembic == "yes" else "yes; Alembic: " + alembic
        with open(DOCUMENT, encoding="utf-8") as file:
            lines = [line for line in file if line.startswith("| ")]
        documented = {}
        for line in lines:
            cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
            if len(cells) == 4:
                documented[cells[0]] = cells[COLUMN]
        documented = {name: documented.get(name) for name in rows}
        self.maxDiff = None
        self.assertEqual(documented, rows, "\n".join("FOUND|%s|%s" % row for row in rows.items()))


if __name__ == "__main__":
    harness.main()
