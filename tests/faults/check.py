"""What must be true after every fault, whatever it was.

`check(cluster)` looks at the journal, the version table, the effects of the steps, what every client
saw, and at what is left on the server once the agents have ended.
"""

import hashlib

from tests.faults import processes


def check(cluster):
    """All of it; ends the agents, which must end well."""
    journal = cluster.journal
    runs_are_disjoint(cluster, journal.runs())
    applied = every_step_once(cluster, journal.steps())
    version_table_is_what_the_journal_says(cluster, applied)
    effects_are_there_once(cluster, applied)
    recorded_events_have_no_gap(cluster)
    clients_saw_every_event(cluster)
    nothing_is_locked(cluster)
    for agent in cluster.agents:
        if agent.alive():
            result = agent.stop()
            cluster.assertEqual(result.code, 0, result)
    nothing_is_left(cluster)


def runs_are_disjoint(cluster, runs):
    """Never two holders: an epoch each, and each ended before the next began."""
    cluster.assertEqual([run["epoch"] for run in runs], list(range(1, len(runs) + 1)), runs)
    if runs:
        cluster.assertEqual(cluster.journal.epoch(), runs[-1]["epoch"])
    for run in runs:
        cluster.assertIn(run["state"], ("succeeded", "failed", "cancelled", "interrupted"), run)
        cluster.assertLessEqual(run["start_time"], run["end_time"], run)
    for before, after in zip(runs, runs[1:]):
        cluster.assertLessEqual(before["end_time"], after["start_time"], (before, after))


def every_step_once(cluster, steps):
    """A revision is applied once per downgrade; returns those that are applied now."""
    applied = []
    for step in steps:
        if step["state"] != "done":
            continue
        if step["direction"] == "upgrade":
            cluster.assertNotIn(step["revision"], applied, "applied twice")
            applied.append(step["revision"])
        else:
            cluster.assertIn(step["revision"], applied, "undone twice")
            applied.remove(step["revision"])
    return applied


def version_table_is_what_the_journal_says(cluster, applied):
    """The rows are the applied revisions that no other one needs; scripts are what they say."""
    needed = set()
    for script in cluster.journal.scripts():
        text = script["script"].encode()
        cluster.assertEqual(hashlib.sha256(text).hexdigest(), script["checksum"], script["file"])
        if script["revision"] in applied:
            needs = script["parents"] + "," + script["dependencies"]
            needed.update(need for need in needs.split(",") if need)
    cluster.assertEqual(cluster.journal.version_rows(), sorted(set(applied) - needed))


def effects_are_there_once(cluster, applied):
    """Every statement of an applied step took effect exactly once, those of others not at all."""
    expected = {(revision, number): 1 for revision in applied
                for number in range(1, cluster.effects.get(revision, 0) + 1)}
    found = {}
    if cluster.effects:
        found = {(row["revision"], row["number"]): row["times"] for row in cluster.journal.query(
            "SELECT revision, number, COUNT(*) AS times FROM effects GROUP BY revision, number")}
    cluster.assertEqual(
        {key: found.get(key, 0) for key in expected if found.get(key) != 1}, {}, "not exactly once")
    cluster.assertEqual(set(found) - set(expected), set(), "of steps that are not applied")
    objects = set(cluster.database.objects())
    for revision, tables in cluster.tables.items():
        for table in tables:
            cluster.assertEqual(table in objects, revision in applied, f"{table} of {revision}")


def recorded_events_have_no_gap(cluster):
    """In the journal, each run's events are numbered from 1."""
    for run_id, events in cluster.journal.events().items():
        cluster.assertEqual([number for number, _ in events], list(range(1, len(events) + 1)), run_id)


def clients_saw_every_event(cluster):
    """Each client's events have no gap and one end; all clients saw the same ones of a run."""
    seen = {}
    for client in cluster.clients:
        if client.alive():
            raise AssertionError(f"a client still runs: {client.arguments}")
        events = client.events()
        _events_are_numbered(cluster, client, events)
        for event in events:
            kind = processes.kind_of(event)
            if kind == "runFinished":
                # Of a run whose agent died, what was not recorded is not known to others: each of
                # its watchers gets the end after the last event that it has seen.
                continue
            key = (event["runId"], event["sequence"])
            # Where nothing was to be done, there is no run to share.
            if event.get("runId"):
                cluster.assertEqual(seen.setdefault(key, event), event, key)


def _events_are_numbered(cluster, client, events):
    run_id, number, ended, seen = None, client.after, False, set()
    for event in events:
        # A run that found nothing to do gives its id back with its last event.
        goes_on = event["runId"] == run_id or (
            event["runId"] == "" and run_id is not None and not ended
            and int(event["sequence"]) == number + 1)
        if not goes_on:
            cluster.assertNotIn(event["runId"], seen, "came back to a run")
            if run_id is not None:
                number = 0
            run_id, ended = event["runId"], False
            seen.add(run_id)
        cluster.assertFalse(ended, f"an event after the last one: {event}")
        cluster.assertEqual(int(event["sequence"]), number + 1, f"of run {run_id}: {event}")
        number += 1
        ended = "runFinished" in event
    ends = [event["runFinished"]["run"]["state"] for event in events if "runFinished" in event]
    if client.wait(0).code == 0 and client.arguments[0] in ("upgrade", "downgrade", "watch"):
        cluster.assertEqual(ends[-1:], ["RUN_STATE_SUCCEEDED"], client.wait(0))
        cluster.assertTrue(ended, "events went on after the end")
        cluster.assertEqual(ends.count("RUN_STATE_SUCCEEDED"), 1)


def nothing_is_locked(cluster):
    """No migration lock, while the agents still live."""
    if cluster.dialect == "postgresql":
        cluster.eventually_empty("""
            SELECT * FROM pg_locks WHERE locktype = 'advisory'
            AND database = (SELECT oid FROM pg_database WHERE datname = current_database())""")
    if cluster.dialect == "sqlite":
        cluster.assertEqual(cluster.lock_files(), [])


def nothing_is_left(cluster):
    """No session of an agent, and with the sessions none of their locks (GET_LOCK)."""
    if cluster.dialect == "postgresql":
        # A pooler's own sessions keep the name that their last transaction had.
        cluster.eventually_empty("SELECT pid, application_name, state, query FROM pg_stat_activity "
                                 "WHERE datname = current_database() AND application_name LIKE 'brant%'"
                                 + (" AND state <> 'idle'" if cluster.pooled else ""))
        nothing_is_locked(cluster)
    if cluster.dialect == "mysql":
        cluster.eventually_empty("SELECT ID, USER, COMMAND, STATE, INFO FROM information_schema.PROCESSLIST "
                                 "WHERE DB = DATABASE() AND ID <> CONNECTION_ID()")
