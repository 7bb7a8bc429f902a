"""What autogenerate costs beside Alembic, on the same SQLAlchemy models and database.

    bazel build --config=opt //client:brant //agent:brantd
    tests/servers/with-servers tests/run_python tests/bench/autogenerate.py [postgresql|sqlite|mysql]...

Makes a database from the models, changes the models in many places, and has both compare. Prints the
median and the fastest of alternating runs, in seconds. (That Brant misses nothing that Alembic finds is
a test: tests/e2e/schema/alembic_test.py.) BENCH_TABLES and BENCH_RUNS change how much is done.
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

from tests import databases

BRANT = os.path.abspath("bazel-bin/client/brant")
BRANTD = os.path.abspath("bazel-bin/agent/brantd")
SCHEMA = os.path.abspath("tests/bench/large_schema.py")
TABLES = os.environ.get("BENCH_TABLES", "500")
RUNS = int(os.environ.get("BENCH_RUNS", "5"))


def seconds(run, times):
    """What `run` returns; the time it took goes into `times`."""
    start = time.perf_counter()
    result = run()
    times.append(time.perf_counter() - start)
    return result


def large_schema(*arguments):
    return subprocess.run([sys.executable, SCHEMA, *arguments], check=True, capture_output=True,
                          text=True).stdout


def measure(dialect, url, folder):
    environment = {**os.environ, "DATABASE_URL": url, "BRANT_BRANTD": BRANTD}
    print_ddl = "%s %s ddl %s after %s" % (sys.executable, SCHEMA, TABLES, dialect)

    def run_brant():
        result = subprocess.run(
            [BRANT, "diff", "--output", "json", "--no-renames", "--schema-command", print_ddl],
            cwd=folder, env=environment, check=False, capture_output=True, text=True)
        if result.returncode != 0:
            sys.exit(result.stdout + result.stderr)
        return json.loads(result.stdout)["changes"]

    times = {"alembic": [], "brant diff": []}
    for _ in range(RUNS):
        alembic = seconds(lambda: large_schema("alembic", TABLES, url), times["alembic"])
        brant = seconds(run_brant, times["brant diff"])
    ddl = []
    seconds(lambda: large_schema("ddl", TABLES, "after", dialect), ddl)
    print("%s, %s tables: Alembic finds %d changes, Brant %d"
          % (dialect, TABLES, len(alembic.splitlines()), len(brant)))
    for name, values in times.items():
        print("%-12s median %6.2f s, fastest %6.2f s" % (name, statistics.median(values), min(values)))
    print("of Brant's, SQLAlchemy takes %.2f s to print its DDL" % ddl[0])


def main():
    for dialect in sys.argv[1:] or ["postgresql"]:
        with tempfile.TemporaryDirectory(prefix="brant-bench-") as folder:
            database = databases.BY_NAME[dialect](os.path.join(folder, "bench.db"))
            try:
                database.execute(large_schema("ddl", TABLES, "before", dialect))
                measure(dialect, database.url, folder)
            finally:
                database.drop()


if __name__ == "__main__":
    main()
