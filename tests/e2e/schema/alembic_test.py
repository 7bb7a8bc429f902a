"""Nothing that Alembic's autogenerate finds is missed, in a large schema that changed in many places.
ALEMBIC_TABLES is how many tables it has."""

import json
import os
import warnings

from tests.bench import large_schema
from tests.e2e import harness

# Which database: the build file has a test for each.
DATABASE = os.environ["ALEMBIC_DATABASE"]
TABLES = int(os.environ.get("ALEMBIC_TABLES", "60"))


class AlembicTest(harness.EndToEndTest):
    maxDiff = None

    def setUp(self):
        super().setUp()
        warnings.simplefilter("ignore")
        self.database = self.new_database(DATABASE)
        self.database.execute(large_schema.ddl(large_schema.make(TABLES, False), DATABASE))
        self.environment["DATABASE_URL"] = self.database.url
        self.after = large_schema.make(TABLES, True)
        self.write("schema.sql", large_schema.ddl(self.after, DATABASE))
        self.write("brant.toml", 'schema = "schema.sql"\n')

    def test_nothing_that_alembic_finds_is_missed(self):
        found = large_schema.alembic_finds(self.database.url, self.after)
        self.assertGreater(len(found), TABLES // 2)
        changes = json.loads(self.brant_ok("diff", "--output", "json", "--no-renames"))["changes"]
        self.assertEqual(large_schema.missed(found, changes), [])

    def test_what_alembic_compares_is_as_desired_after_an_upgrade(self):
        self.brant_ok("revision", "--autogenerate", "-m", "After", "--no-renames")
        self.brant_ok("upgrade", "head")
        self.brant_ok("check")
        found = large_schema.alembic_finds(self.database.url, self.after)
        self.assertEqual([what for what in found if not is_noise(*what)], [])


def is_noise(kind, name):
    """Brant's own tables. On SQLite also the keys, of which Brant writes no NOT NULL: an INTEGER PRIMARY
    KEY is never NULL, but to Alembic it may be."""
    is_key = DATABASE == "sqlite" and kind == "column" and name.endswith(".id")
    return is_key or name.startswith("brant_")


if __name__ == "__main__":
    harness.main()
