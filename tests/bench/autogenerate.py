"""What autogenerate finds and costs, beside Alembic, on the same SQLAlchemy models and database.

    bazel build --config=opt //client:brant //agent:brantd
    tests/servers/with-servers tests/run_python tests/bench/autogenerate.py

Makes a database from the models, changes the models in many places, and has both compare. Prints the
median and the fastest of alternating runs, in seconds, and fails if Brant misses what Alembic finds.
BENCH_TABLES and BENCH_RUNS change how much is done.
"""

import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time

from tests import databases

BRANT = os.path.abspath("bazel-bin/client/brant" if os.path.exists("bazel-bin") else "client/brant")
BRANTD = os.path.abspath("bazel-bin/agent/brantd" if os.path.exists("bazel-bin") else "agent/brantd")
TABLES = int(os.environ.get("BENCH_TABLES", "500"))
RUNS = int(os.environ.get("BENCH_RUNS", "5"))

# The models, as a module. `after` has changes in every tenth table or so.
MODELS = '''
from sqlalchemy import *

def make(count, after):
    metadata = MetaData()
    for i in range(count):
        def changed(kind):
            return after and i % 10 == kind
        name = "t%04d" % i
        columns = [
            Column("id", Integer, primary_key=True),
            Column("name", String(80 if changed(1) else 50), nullable=changed(2)),
            Column("amount", Numeric(10, 2), server_default="2" if changed(3) else "1"),
            Column("created_at", DateTime, index=not changed(4)),
            Column("note", Text, comment="after" if changed(5) else "before"),
        ]
        if i > 0 and not changed(6):
            columns.append(Column("parent_id", Integer,
                                  ForeignKey("t%04d.id" % ((i - 1) // 4), name="fk_%s" % name)))
        if changed(7):
            columns.append(Column("added", Integer))
        constraints = [] if changed(8) else [UniqueConstraint("name", "amount", name="uq_%s" % name)]
        Table(name, metadata, *columns, *constraints)
        if changed(9):
            Table(name + "_new", metadata, Column("id", Integer, primary_key=True))
        elif not after and i % 10 == 0:
            Table(name + "_old", metadata, Column("id", Integer, primary_key=True))
    return metadata

def ddl(metadata, url):
    parts = []
    engine = create_mock_engine(url, lambda sql, *_: parts.append(str(sql.compile(dialect=engine.dialect))))
    metadata.create_all(engine, checkfirst=False)
    return ";\\n".join(parts) + ";\\n"
'''

PRINT_DDL = """
import sys
from models import make, ddl
print(ddl(make(int(sys.argv[1]), sys.argv[2] == "after"), "postgresql+psycopg2://"))
"""

# Prints what Alembic's autogenerate finds: kind and name, a line each.
ALEMBIC = """
import sys
import sqlalchemy
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from models import make

engine = sqlalchemy.create_engine(sys.argv[2])
with engine.connect() as connection:
    context = MigrationContext.configure(
        connection, opts={"compare_type": True, "compare_server_default": True})
    for entry in compare_metadata(context, make(int(sys.argv[1]), True)):
        for change in entry if isinstance(entry, list) else [entry]:
            what = change[0]
            if what.endswith("table"):
                print("table", change[1].name)
            elif what.endswith("column") or what.startswith("modify"):
                print("column", change[2] + "." + getattr(change[3], "name", change[3]))
            else:
                kind = {"index": "index", "constraint": "unique constraint", "fk": "foreign key"}
                print(kind[what.split("_")[1]], change[1].table.name + "." + change[1].name)
"""


def seconds(run, times):
    start = time.perf_counter()
    result = run()
    times.append(time.perf_counter() - start)
    return result


def python(folder, script, *arguments):
    return subprocess.run([sys.executable, "-c", script, *arguments], cwd=folder, check=True,
                          capture_output=True, text=True).stdout


def missed(alembic, brant):
    """What Alembic found and Brant did not: whatever belongs to a table that comes or goes is in it."""
    found = set()
    whole_tables = set()
    for change in brant["changes"]:
        found.add((change["kind"], change["name"]))
        if change["kind"] == "table":
            whole_tables.add(change["name"])
    return [(kind, name) for kind, name in alembic
            if (kind, name) not in found and name.split(".")[0] not in whole_tables]


def main():
    with tempfile.TemporaryDirectory(prefix="brant-bench-") as folder:
        with open(os.path.join(folder, "models.py"), "w") as file:
            file.write(MODELS)
        with open(os.path.join(folder, "ddl.py"), "w") as file:
            file.write(PRINT_DDL)
        database = databases.Postgresql(None)
        try:
            database.execute(python(folder, PRINT_DDL, str(TABLES), "before"))
            compare(folder, database.url)
        finally:
            database.drop()


def compare(folder, url):
    sqlalchemy_url = re.sub(r"^\w+", "postgresql+psycopg2", url)
    environment = {**os.environ, "DATABASE_URL": url, "BRANT_BRANTD": BRANTD}

    def run_alembic():
        lines = python(folder, ALEMBIC, str(TABLES), sqlalchemy_url).splitlines()
        return [tuple(line.rsplit(" ", 1)) for line in lines]

    def run_brant():
        result = subprocess.run(
            [BRANT, "diff", "--output", "json", "--no-renames", "--schema-command",
             "%s ddl.py %d after" % (sys.executable, TABLES)],
            cwd=folder, env=environment, check=False, capture_output=True, text=True)
        if result.returncode != 0:
            sys.exit(result.stdout + result.stderr)
        return json.loads(result.stdout)

    times = {"alembic": [], "brant diff": []}
    for _ in range(RUNS):
        alembic = seconds(run_alembic, times["alembic"])
        brant = seconds(run_brant, times["brant diff"])
    ddl = []
    seconds(lambda: python(folder, PRINT_DDL, str(TABLES), "after"), ddl)
    print("%d tables: Alembic finds %d changes, Brant %d" % (TABLES, len(alembic), len(brant["changes"])))
    for name, values in times.items():
        print("%-12s median %6.2f s, fastest %6.2f s" % (name, statistics.median(values), min(values)))
    print("of Brant's, SQLAlchemy takes %.2f s to print its DDL" % ddl[0])
    left = missed(alembic, brant)
    if not alembic or left:
        sys.exit("missed: %s" % left)


if __name__ == "__main__":
    main()
