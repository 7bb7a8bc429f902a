"""What starting brant costs, beside psql, in one run of alternating processes.

    bazel build --config=opt //client:brant //agent:brantd
    tests/servers/with-servers tests/run_python tests/bench/startup.py

Prints the median and the fastest of each command's runs, in milliseconds. The
agent and psql ask the same PostgreSQL server; the migrations are applied.
"""

import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from urllib.parse import urlsplit, urlunsplit

BRANT = os.path.abspath("bazel-bin/client/brant")
BRANTD = os.path.abspath("bazel-bin/agent/brantd")
# Debian's psql is a wrapper in Perl that costs 30 to 40 ms: this is the program.
PSQL = "/usr/lib/postgresql/15/bin/psql"
RUNS = 60
SIZES = (1000, 10000)


def write_migrations(folder, count):
    """A line of revisions that change nothing: the no-op is measured, not the server."""
    os.mkdir(folder)
    parent = ""
    for number in range(1, count + 1):
        revision = "%012x" % (number * 7919)
        with open("%s/20240101_%05d_step.sql" % (folder, number), "w") as file:
            file.write(
                "-- Step %d\n--\n-- Revision ID: %s\n-- Revises: %s\n\n"
                "-- brant:upgrade\n\n-- brant:downgrade\n" % (number, revision, parent)
            )
        parent = revision


def start_agent(url):
    agent = subprocess.Popen(
        [BRANTD, "--listen", "127.0.0.1:0", "--log-level", "error"],
        env={**os.environ, "BRANT_DATABASE_URL": url},
        stderr=subprocess.PIPE,
        text=True,
    )
    return agent, re.search(r"listening on (\S+)", agent.stderr.readline()).group(1)


def measure(commands):
    """Times of each command in ms; the commands take turns, so that all meet the same machine."""
    times = {name: [] for name in commands}
    for run in range(RUNS + 1):
        for name, (command, environment) in commands.items():
            start = time.perf_counter()
            subprocess.run(
                command, env=environment, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL, check=True
            )
            if run > 0:  # The first one warms the caches.
                times[name].append((time.perf_counter() - start) * 1000)
    return times


def main():
    admin = urlsplit(os.environ["BRANT_TEST_POSTGRESQL_URL"])
    environment = {**os.environ, "PGPASSWORD": admin.password}
    psql = [PSQL, "-X", "-h", admin.hostname, "-p", str(admin.port), "-U", admin.username]
    psql += ["-d", "postgres", "-c"]
    with tempfile.TemporaryDirectory() as folder:
        environment["HOME"] = folder
        commands = {
            "psql -c 'select 1'": ([*psql, "select 1"], environment),
            "brant --version": ([BRANT, "--version"], environment),
        }
        agents = []
        for size in SIZES:
            name = "startup_%d_%d" % (size, os.getpid())
            subprocess.run([*psql, "create database %s" % name], env=environment, check=True)
            agent, address = start_agent(urlunsplit(admin._replace(path="/" + name)))
            agents.append((agent, name))
            migrations = os.path.join(folder, str(size))
            write_migrations(migrations, size)
            # The digest of a folder is remembered once its files are 2 s old.
            time.sleep(2.1)
            upgrade = [BRANT, "--agent", address, "--migrations", migrations, "upgrade", "head"]
            subprocess.run(upgrade, env=environment, stdout=subprocess.DEVNULL, check=True)
            commands["no-op upgrade head, %d revisions" % size] = (upgrade, environment)
        sqlite = {**environment, "DATABASE_URL": "sqlite:///%s/app.db" % folder, "BRANT_BRANTD": BRANTD}
        small = os.path.join(folder, "small")
        write_migrations(small, 20)
        subprocess.run([BRANT, "-q", "--migrations", small, "upgrade", "head"], env=sqlite, check=True)
        commands["brant current, SQLite, private agent"] = (
            [BRANT, "--migrations", small, "current"],
            sqlite,
        )
        times = measure(commands)
        for agent, name in agents:
            agent.terminate()
            agent.wait()
            subprocess.run([*psql, "drop database %s with (force)" % name], env=environment, check=True)
    print("%-40s %10s %10s" % ("median of %d runs" % RUNS, "median ms", "fastest ms"))
    for name, values in times.items():
        print("%-40s %10.1f %10.1f" % (name, statistics.median(values), min(values)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
