"""Claim: whoever is attached to any agent sees the run that another one executes, step by step, can watch
it from any event on and can cancel it; a reader that does not read costs nothing; Ctrl-C leaves, and the
run goes on; and a request that is repeated under its id after its agent died is never done twice."""

import json
import signal

from tests.e2e import harness
from tests.faults import cluster, processes

INTERRUPTED = 130
FAILED = 1


class WatchTest(cluster.SharedServerTest):
    def setUp(self):
        super().setUp()
        self.start_agents(2)
        self.here, self.there = ([agent.address] for agent in self.agents)

    def slow_plan(self, steps, seconds):
        return self.plan(steps, lambda revision: f"CREATE TABLE t_{revision} (id INTEGER);\n"
                                                 f"INSERT INTO effects SELECT EFFECT FROM pg_sleep({seconds});")

    def start_run(self):
        """A run on the first agent that has begun with its steps; its client, and its id."""
        client = self.client("upgrade", "head", addresses=self.here)
        client.next_event("stepStarted")
        return client, self.executing()["id"]

    def test_waiting_client_sees_the_steps_of_another_agent(self):
        self.slow_plan(20, 0.2)
        runner, run_id = self.start_run()
        waiter = self.client("upgrade", "head", addresses=self.there)
        relayed = waiter.next_event("relayed", where=lambda event: "stepStarted" in event["event"])
        self.assertEqual(relayed["event"]["runId"], run_id)
        self.all_end_with(0, [runner, waiter])
        positions = [event["relayed"]["event"]["stepStarted"]["position"] for event in waiter.events()
                     if "relayed" in event and "stepStarted" in event["relayed"]["event"]]
        self.assertEqual(positions, sorted(set(positions)))
        # From the second that it began to wait in: nearly all of them.
        self.assertGreater(len(positions), 10)
        self.check()

    def test_watching_at_another_agent_from_any_event_on(self):
        self.slow_plan(10, 0.2)
        runner, run_id = self.start_run()
        watchers = [self.client("watch", run_id, addresses=self.there),
                    self.client("watch", run_id, "--after", "5", addresses=self.there)]
        self.all_end_with(0, [runner, *watchers])
        # And after its end.
        watchers += [self.client("watch", run_id, addresses=self.there),
                     self.client("watch", run_id, "--after", "7", addresses=self.there)]
        self.all_end_with(0, watchers)
        live = [(event["sequence"], processes.kind_of(event)) for event in runner.events()]
        for watcher in watchers:
            seen = [(event["sequence"], processes.kind_of(event)) for event in watcher.events()]
            self.assertEqual(seen, live[watcher.after:], watcher.arguments)
        self.check()

    def test_cancelling_at_another_agent(self):
        self.slow_plan(50, 0.5)
        runner, run_id = self.start_run()
        cancel = self.client("cancel", run_id, addresses=self.there)
        result = cancel.wait(15)
        self.assertEqual(result.code, 0, result)
        self.assertEqual(json.loads(result.out)["run"]["state"], "RUN_STATE_CANCELLED", result)
        self.assertEqual(self.journal.runs()[-1]["state"], "cancelled")
        result = runner.wait(15)
        self.assertEqual(result.code, FAILED, result)
        self.check()

    def waiting_behind(self):
        """A client at the second agent that follows the run of the first one; both, and the run's id."""
        runner, run_id = self.start_run()
        waiter = self.client("upgrade", "head", addresses=self.there)
        waiter.next_event("relayed")
        return runner, waiter, run_id

    def test_one_cancel_ends_equal_requests_of_all_agents(self):
        self.slow_plan(50, 0.5)
        runner, waiter, run_id = self.waiting_behind()
        # Through the agent that executes it, and that tells nobody.
        self.assertEqual(self.client("cancel", run_id, addresses=self.here).wait(15).code, 0)
        self.assertEqual(runner.wait(15).code, FAILED)
        result = waiter.wait(15)
        self.assertEqual(result.code, FAILED, result)
        self.assertIn(run_id, json.loads(result.out.splitlines()[-1])["error"]["message"])
        self.assertEqual([run["state"] for run in self.journal.runs()], ["cancelled"])
        self.check()

    def test_a_failure_is_not_tried_once_per_agent(self):
        self.step("r0000", "", "CREATE TABLE effects (revision VARCHAR(32), number INTEGER);",
                  tables=["effects"])
        self.step("r0001", "r0000", "INSERT INTO effects SELECT EFFECT FROM pg_sleep(3);\nSELECT nothing;")
        runner, waiter, run_id = self.waiting_behind()
        self.assertEqual(runner.wait(15).code, FAILED)
        result = waiter.wait(15)
        self.assertEqual(result.code, FAILED, result)
        error = json.loads(result.out.splitlines()[-1])["error"]
        self.assertEqual(error["reason"], "STATEMENT_FAILED")
        self.assertIn(run_id, error["message"])
        self.assertIn("nothing", error["metadata"]["statement"])
        self.assertEqual([run["state"] for run in self.journal.runs()], ["failed"])
        # Who comes later tries.
        self.assertEqual(self.client("upgrade", "head", addresses=self.there).wait(15).code, FAILED)
        self.assertEqual(len(self.journal.runs()), 2)
        self.check()

    def test_reader_that_does_not_read_costs_nothing(self):
        # Events of many kilobytes.
        text = "x" * 500
        self.plan(100, lambda revision: "INSERT INTO effects VALUES (EFFECT);\n" + f"SELECT '{text}';\n" * 50,
                  tables=lambda revision: [])
        # One run that is known from its first event on, and readers that stop at once.
        runner = self.client("upgrade", "head", addresses=self.here)
        runner.next_event("runStarted")
        run_id = self.executing()["id"]
        readers = [self.client("watch", run_id, addresses=self.here) for _ in range(20)]
        for reader in readers:
            reader.next_event("runStarted")
            reader.signal(signal.SIGSTOP)
        before = self.agents[0].memory()
        self.all_end_with(0, [runner])
        self.assertTrue(all(reader.alive() for reader in readers))
        # The log of 10000 events itself, and the buffers of 20 connections.
        self.assertLess(self.agents[0].memory() - before, 64 << 20)
        for reader in readers:
            reader.signal(signal.SIGCONT)
        self.all_end_with(0, readers)
        self.check()

    def test_ctrl_c_leaves_the_run_alone(self):
        self.slow_plan(10, 0.2)
        # As a person sees it.
        client = processes.Process(
            self, [harness.BRANT, "upgrade", "head", "--agent", *self.here], self.environment)
        client.stdout.first(lambda line: "r0001" in line, 30)
        run_id = self.executing()["id"]
        client.signal(signal.SIGINT)
        result = client.wait(5)
        self.assertEqual(result.code, INTERRUPTED, result)
        self.assertIn(f"brant watch {run_id}", result.err)
        self.assertIn(f"brant cancel {run_id}", result.err)
        self.all_end_with(0, [self.client("watch", run_id, addresses=self.there)])
        self.check()

    def repeated(self, moment):
        """`+1` under a request id; its agent is killed at that event; asked again of the other one."""
        self.slow_plan(3, 0.5)
        self.all_end_with(0, [self.client("upgrade", "r0000", addresses=self.here)])
        request = ("upgrade", "+1", "--request-id", "deploy-17")
        first = self.client(*request, addresses=self.here)
        first.next_event(moment)
        self.agents[0].kill()
        first.kill()
        for _ in range(2):
            self.all_end_with(0, [self.client(*request, addresses=self.there)])
            self.assertEqual(self.journal.version_rows(), ["r0001"])
        self.clients.remove(first)
        self.check()

    def test_repeated_request_whose_agent_was_killed_in_a_step(self):
        self.repeated("statementStarted")

    def test_repeated_request_whose_agent_was_killed_after_the_end(self):
        self.repeated("runFinished")


if __name__ == "__main__":
    cluster.main()
