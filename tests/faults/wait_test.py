"""Claim: hundreds of nodes that wait until the database is at a revision cost it a few statements a second
in all, and go on within two seconds of the upgrade."""

import asyncio
import threading
import time

import grpc

from tests.faults import cluster, processes, wire

WAITERS = 500
CONNECTIONS = 10
# WaitForRevision's request for `head` of the agent's own migrations.
REQUEST = wire.text_field(2, "head")
METHOD = "/brant.v1.MigrationService/WaitForRevision"
# Seconds over which statements are counted, and how many there may be in each.
PERIOD = 8
STATEMENTS = 5


class Waiters(threading.Thread):
    """Streams of WaitForRevision."""

    def __init__(self, address):
        super().__init__(daemon=True)
        self._address = address
        self.waiting = 0
        # Times at which they were told that the revision is reached.
        self.reached = []
        self.error = None

    def run(self):
        # The first of what went wrong is in `error`.
        asyncio.run(self._wait())

    async def _wait(self):
        # Without a pool of its own each channel would share one connection.
        options = [("grpc.use_local_subchannel_pool", 1)]
        channels = [grpc.aio.insecure_channel(self._address, options) for _ in range(CONNECTIONS)]
        ends = await asyncio.gather(*(self._stream(channels[i % len(channels)]) for i in range(WAITERS)),
                                    return_exceptions=True)
        self.error = next((end for end in ends if end is not None), None)
        for channel in channels:
            await channel.close()

    async def _stream(self, channel):
        told = False
        async for response in wire.stream(channel, METHOD)(REQUEST, timeout=60):
            if not told:
                self.waiting += 1
                told = True
            if wire.field(response, 1):
                self.reached.append(time.monotonic())


class WaitTest(cluster.SharedServerTest):
    def setUp(self):
        super().setUp()
        self.plan(3, lambda revision: f"CREATE TABLE t_{revision} (id INTEGER);\n"
                                      "INSERT INTO effects VALUES (EFFECT);")

    def transactions(self):
        """How many there were in the database; asked from another one, so that asking does not count."""
        row = self.database.admin_rows(
            f"SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = '{self.database.name}'")
        return int(row[0][0])

    def test_hundreds_of_streams(self):
        self.start_agents(1)
        waiters = Waiters(self.agents[0].address)
        waiters.start()
        processes.wait_until(lambda: waiters.waiting == WAITERS or waiters.error, 30, "all of them wait")
        self.assertIsNone(waiters.error)
        before = self.transactions()
        time.sleep(PERIOD)
        self.assertLess((self.transactions() - before) / PERIOD, STATEMENTS)
        self.assertEqual(waiters.reached, [])
        self.all_end_with(0, [self.client("upgrade", "head")])
        done = time.monotonic()
        waiters.join(30)
        self.assertIsNone(waiters.error)
        self.assertEqual(len(waiters.reached), WAITERS)
        self.assertLess(max(waiters.reached) - done, 2)
        self.check()

    def test_brant_wait_at_every_agent(self):
        self.start_agents(2)
        waiting = self.clients_at_once(10, "wait", "head")
        self.all_end_with(0, [self.client("upgrade", "head")])
        done = time.monotonic()
        self.all_end_with(0, waiting, timeout=10)
        self.assertLess(time.monotonic() - done, 3)
        # And where there is nothing to wait for.
        self.all_end_with(0, [self.client("wait", "head")], timeout=5)
        self.check()


if __name__ == "__main__":
    cluster.main()
