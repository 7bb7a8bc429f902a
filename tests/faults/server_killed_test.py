"""Claim: a database server that is killed in any statement of a migration that can't be rolled back, or
after it took effect and before the agent knows, and is started again, ends up exactly where an
undisturbed migration leads: the same schema, the same rows. Nothing is left in doubt.

MariaDB, where each DDL statement commits, and PostgreSQL with transaction:off. A proxy between agent and
server knows which statement is under way. Repeat a case with FAULTS_SEED."""

import os
import random
import time

from tests import databases
from tests.faults import cluster, proxy, servers

# Seconds; until the server is killed, from when it has got the statement.
LATEST_KILL = 0.01

MARIADB_BASE = """
CREATE TABLE items (id INTEGER PRIMARY KEY, name VARCHAR(100) NOT NULL);
INSERT INTO items SELECT seq, CONCAT('item ', seq) FROM seq_1_to_3000;
CREATE TABLE unused (id INTEGER);
"""
MARIADB = [
    "CREATE TABLE a (id INTEGER PRIMARY KEY, name VARCHAR(100))",
    "INSERT INTO a SELECT id, name FROM items",
    "ALTER TABLE items ADD COLUMN price INTEGER NOT NULL DEFAULT 5, ALGORITHM=COPY",
    "UPDATE items SET price = price + id",
    "CREATE INDEX items_price ON items (price)",
    "INSERT INTO effects VALUES (EFFECT)",
    "RENAME TABLE a TO b",
    "CREATE VIEW cheap AS SELECT id, name FROM items WHERE price < 100",
    "CREATE TRIGGER b_insert BEFORE INSERT ON b FOR EACH ROW SET NEW.name = CONCAT(NEW.name, '!')",
    "DROP TABLE unused",
    "ALTER TABLE b ADD COLUMN item INTEGER, ADD CONSTRAINT b_item FOREIGN KEY (item) REFERENCES items (id)",
    "INSERT INTO b (id, name, item) VALUES (100000, 'last', 1)",
]

POSTGRESQL_BASE = """
CREATE TABLE items (id INTEGER PRIMARY KEY, name VARCHAR(100) NOT NULL);
INSERT INTO items SELECT i, 'item ' || i FROM generate_series(1, 3000) i;
CREATE TABLE unused (id INTEGER);
CREATE FUNCTION shout() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN NEW.name := NEW.name || '!'; RETURN NEW; END $$;
"""
POSTGRESQL = [
    "CREATE TABLE a (id INTEGER PRIMARY KEY, name VARCHAR(100))",
    "INSERT INTO a SELECT id, name FROM items",
    "ALTER TABLE items ADD COLUMN price INTEGER NOT NULL DEFAULT 5",
    "UPDATE items SET price = price + id",
    "CREATE INDEX CONCURRENTLY items_price ON items (price)",
    "INSERT INTO effects VALUES (EFFECT)",
    "ALTER TABLE a RENAME TO b",
    "CREATE VIEW cheap AS SELECT id, name FROM items WHERE price < 100",
    "CREATE TRIGGER b_insert BEFORE INSERT ON b FOR EACH ROW EXECUTE FUNCTION shout()",
    "DROP TABLE unused",
    "ALTER TABLE b ADD COLUMN item INTEGER CONSTRAINT b_item REFERENCES items (id)",
    "INSERT INTO b (id, name, item) VALUES (100000, 'last', 1)",
]

# The server, its databases, what is there before, the statements, the section's options.
PLANS = {
    "mysql": (servers.Mariadb, databases.Mysql, MARIADB_BASE, MARIADB, ""),
    "postgresql": (servers.Postgresql, databases.Postgresql, POSTGRESQL_BASE, POSTGRESQL, "transaction:off"),
}


class ServerKilledTest(cluster.ClusterTest):
    dialect = os.environ["FAULTS_DATABASE"]

    def setUp(self):
        super().setUp()
        seed = os.environ.get("FAULTS_SEED") or str(time.time_ns())
        print(f"FAULTS_SEED={seed}", flush=True)
        self.moments = random.Random(seed)
        server, self.make_database, base, self.statements, options = PLANS[self.dialect]
        self.server = server(self).start()
        self.proxy = proxy.Proxy(self, self.server.port)
        self.plan(0, None)
        self.step("before", "r0000", base)
        self.step("r0001", "before", ";\n".join(self.statements) + ";", options=options)

    def begin(self):
        """A new database, with everything before the twelve statements, and its agent."""
        self.clients = []
        self.use_database(self.make_database(None, self.server.url()))
        self.start_agents(1, url=self.database.url.replace(f":{self.server.port}/", f":{self.proxy.port}/"))
        self.all_end_with(0, [self.client("upgrade", "before")])

    def contents(self):
        """The schema and every row of it."""
        rows = {table: self.journal.query(f"SELECT * FROM {table} ORDER BY 1")
                for table in ("items", "b", "effects", "cheap")}
        return self.database.schema(), rows

    def killed_at(self, statement, after):
        """Kills the server while it executes the statement, or after that, before its answer is heard;
        and starts it again. The migration comes to its end."""
        self.begin()

        def kill():
            time.sleep(0 if after else self.moments.uniform(0, LATEST_KILL))
            self.server.kill()

        trap = self.proxy.set_trap(statement.partition(" VALUES")[0], after, kill)
        client = self.client("upgrade", "head")
        self.assertTrue(trap.sprung.wait(30), client.stdout.text())
        self.journal.close()
        self.server.start()
        if client.wait(60).code != 0:
            # It may end without its goal, but not for good.
            self.assertIn(client.wait(0).code, (1, 3), client.wait(0))
            self.all_end_with(0, [self.client("upgrade", "head")])
        self.check()
        return self.contents()

    def test_every_statement(self):
        self.begin()
        self.all_end_with(0, [self.client("upgrade", "head")])
        expected = self.contents()
        self.check()
        for number, statement in enumerate(self.statements, 1):
            for after in (False, True):
                with self.subTest(number=number, statement=statement, after=after):
                    schema, rows = self.killed_at(statement, after)
                    self.assertEqual(schema, expected[0])
                    self.assertEqual(rows, expected[1])


if __name__ == "__main__":
    cluster.main()
