"""Compares Brant with Alembic on random revision graphs and random commands.

usage: oracle.py DRIVER [--seed N] [--graphs N]

Both answer the same commands. Where the answers differ, deviations.py must know
why; any other difference is a failure, and is printed with the graph and the
command. Apart from Alembic, some things that must hold are checked on Brant's
answers alone: the order of steps, and the version rows after each of them.
"""

import argparse
import collections
import dataclasses
import random
import re
import subprocess
import sys

import deviations
from alembic_side import AlembicSide

UPGRADE, DOWNGRADE, STAMP = "upgrade", "downgrade", "stamp"


@dataclasses.dataclass
class Revision:
    id: str
    parents: list
    dependencies: list
    labels: list
    file: str

    @property
    def message(self):
        return "message of " + self.id

    def header(self):
        """The header without comment marks, as both show it."""
        lines = [self.message, "", "Revision ID: " + self.id]
        lines.append("Revises:" + (" " if self.parents else "") + ", ".join(self.parents))
        if self.labels:
            lines.append("Branch Labels: " + ", ".join(self.labels))
        if self.dependencies:
            lines.append("Depends On: " + ", ".join(self.dependencies))
        return "\n".join(lines)


class Graph:
    """A graph as plain sets, for checks that rely on neither side."""

    def __init__(self, revisions):
        self.revisions = sorted(revisions, key=lambda revision: revision.file)
        self.by_id = {revision.id: revision for revision in self.revisions}
        self.labels = {
            label: revision.id for revision in self.revisions for label in revision.labels
        }
        self.parents = {r.id: list(r.parents) for r in self.revisions}
        self.needs = {
            r.id: set(r.parents) | {self.labels.get(d, d) for d in r.dependencies}
            for r in self.revisions
        }
        self.children = collections.defaultdict(set)
        for revision in self.revisions:
            for parent in revision.parents:
                self.children[parent].add(revision.id)
        self.file_rank = {r.id: i for i, r in enumerate(self.revisions)}
        self.order = self.apply_order(set(self.by_id))
        self.place = {id_: i for i, id_ in enumerate(self.order)}

    def apply_order(self, ids):
        """What is free goes first by file name."""
        ids = set(ids)
        order = []
        while ids:
            free = [i for i in ids if not self.needs[i] & ids]
            order.append(min(free, key=self.file_rank.__getitem__))
            ids.remove(order[-1])
        return order

    def closure(self, ids, edges=None):
        edges = self.needs if edges is None else edges
        seen = set()
        todo = list(ids)
        while todo:
            id_ = todo.pop()
            if id_ not in seen:
                seen.add(id_)
                todo.extend(edges.get(id_, ()))
        return seen

    def rows_of(self, applied):
        """The applied revisions that no other applied one needs."""
        return set(applied) - {need for id_ in applied for need in self.needs[id_]}

    def lineage(self, id_):
        """Ancestors and descendants by parents."""
        return self.closure([id_], self.parents) | self.closure([id_], self.children)

    def heads(self):
        return [r.id for r in self.revisions if not self.children[r.id]]

    def needed_elsewhere(self, id_):
        """Something depends on the revision without revising it."""
        return any(
            id_ in needs and id_ not in self.parents[other] for other, needs in self.needs.items()
        )

    def describe(self):
        return "\n".join(
            "  %s  %s <- %s  deps %s  labels %s"
            % (r.file, r.id, r.parents, r.dependencies, r.labels)
            for r in self.revisions
        )


def random_graph(rng):
    size = rng.randint(1, 9)
    stems = ["abcd", "abce", "12345", "ff00"]
    ids = []
    while len(ids) < size:
        id_ = rng.choice(stems) + "%03x" % rng.randrange(4096)
        if id_ not in ids:
            ids.append(id_)
    ages = list(range(size))
    if rng.random() < 0.3:
        rng.shuffle(ages)
    labels = ["left", "right", "accounts", "my-label", "billing"]
    rng.shuffle(labels)
    branching = rng.choice([0.1, 0.3, 0.5])
    revisions = []
    declared = []
    for i, id_ in enumerate(ids):
        parents = []
        if i and rng.random() > 0.15:
            parents = [ids[i - 1]] if rng.random() > branching else [rng.choice(ids[:i])]
            if i > 1 and rng.random() < 0.2:
                other = rng.choice(ids[:i])
                if other not in parents:
                    parents.append(other)
        dependencies = []
        if i and rng.random() < 0.2:
            others = [o for o in ids[:i] if o not in parents]
            dependencies = rng.sample(others, min(len(others), rng.choice([1, 1, 2])))
            dependencies = [
                next((l for l, d in declared if d == dep and rng.random() < 0.5), dep)
                for dep in dependencies
            ]
        own = []
        if labels and rng.random() < 0.25:
            own = [labels.pop()]
            declared.append((own[0], id_))
        file = "%02d_%s.sql" % (ages[i], id_)
        revisions.append(Revision(id_, parents, dependencies, own, file))
    # Merges whose parents need each other make no sense to either side, and
    # Alembic does not look at them: keep to what people write.
    graph = Graph(revisions)
    for revision in revisions:
        kept = []
        for parent in revision.parents:
            others = [p for p in revision.parents if p != parent]
            if parent not in graph.closure(others, graph.parents):
                kept.append(parent)
        revision.parents = kept
    return Graph(revisions)


def random_symbol(rng, graph):
    kind = rng.random()
    id_ = rng.choice(list(graph.by_id))
    if kind < 0.5:
        return id_
    if kind < 0.6:
        return id_[: rng.randint(3, len(id_))]
    if kind < 0.75 and graph.labels:
        return rng.choice(list(graph.labels))
    if kind < 0.78:
        return "typo"
    return rng.choice(["head", "heads", "base", "head", "base"])


def random_branch(rng, graph):
    kind = rng.random()
    if kind < 0.65 and graph.labels:
        return rng.choice(list(graph.labels))
    if kind < 0.93:
        return rng.choice(list(graph.by_id))
    return "typo"


def random_identifier(rng, graph):
    text = ""
    if rng.random() < 0.35:
        text = random_branch(rng, graph) + "@"
    kind = rng.random()
    if kind < 0.65:
        return text + random_symbol(rng, graph)
    steps = rng.choice("+-") + str(rng.choice([1, 1, 1, 2, 2, 3, 9]))
    if kind < 0.85:
        return text + steps
    return text + random_symbol(rng, graph) + steps


def random_rows(rng, graph):
    if rng.random() < 0.15:
        return set()
    some = rng.sample(list(graph.by_id), rng.randint(1, min(3, len(graph.by_id))))
    return graph.rows_of(graph.closure(some))


def random_range(rng, graph):
    ends = []
    for relative in ("-", "+"):
        kind = rng.random()
        if kind < 0.3:
            ends.append("")
        elif kind < 0.4:
            ends.append("current")
        elif kind < 0.45:
            ends.append(relative + str(rng.randint(1, 3)))
        else:
            ends.append(random_identifier(rng, graph))
    return ":".join(ends)


class Driver:
    """Brant's side: the driver program, one answer a line."""

    def __init__(self, path):
        self.process = subprocess.Popen(
            [path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, universal_newlines=True
        )

    def send(self, *words):
        self.process.stdin.write("\t".join(words) + "\n")

    def ask(self, *words):
        self.send(*words)
        self.process.stdin.flush()
        answer = self.process.stdout.readline().rstrip("\n").split("\t")
        return [word.replace("\\n", "\n") for word in answer]

    def load(self, graph):
        self.send("graph")
        for r in graph.revisions:
            self.send(
                "revision",
                r.id,
                ",".join(r.parents),
                ",".join(r.dependencies),
                ",".join(r.labels),
                r.file,
                r.message,
            )
        return self.ask("build")


def entries(text):
    """The lines or blocks of a listing."""
    if "Rev: " not in text:
        return text.splitlines()
    # A block's text ends in one empty line.
    return re.split(r"(?m)^(?=Rev: )", text)[1:]


def parse_moves(text):
    moves = []
    for word in text.split():
        id_, removed, added = word.split(":")
        moves.append((id_, set(filter(None, removed.split(","))),
                      set(filter(None, added.split(",")))))
    return moves


class Comparison:
    def __init__(self, driver, rng):
        self.driver = driver
        self.rng = rng
        self.graph = None
        self.alembic = None
        self.counts = collections.Counter()
        self.failures = 0

    def fail(self, command, why, *details):
        self.failures += 1
        print("FAIL %s: %s" % (command, why))
        print(self.graph.describe())
        for detail in details:
            print("   ", detail)

    def load(self, graph):
        self.graph = graph
        answer = self.driver.load(graph)
        try:
            self.alembic = AlembicSide(graph.revisions, graph.place)
        except Exception as error:  # pylint: disable=broad-except
            self.fail("build", "Alembic refuses the graph", repr(error))
            return False
        if answer[0] != "ok":
            self.fail("build", "Brant refuses the graph", answer)
            return False
        return True

    def alembic_answer(self, function, *arguments):
        """("ok", result) or ("error", exception)."""
        try:
            return "ok", function(*arguments)
        except Exception as error:  # pylint: disable=broad-except
            return "error", error

    def check_moves(self, command, direction, rows, moves):
        """What must hold of Brant's answer whatever Alembic says."""
        graph = self.graph
        applied = graph.closure(rows)
        rows = set(rows)
        for id_, removed, added in moves:
            if direction == UPGRADE:
                ok = id_ not in applied and graph.needs[id_] <= applied
                applied.add(id_)
            else:
                ok = id_ in applied and not any(id_ in graph.needs[o] for o in applied)
                applied.discard(id_)
            if not ok:
                self.fail(command, "step %s out of order" % id_, moves)
                return
            if not removed <= rows or added & (rows - removed):
                self.fail(command, "step %s changes rows that are not so" % id_, moves)
                return
            rows = (rows - removed) | added
            if rows != graph.rows_of(applied):
                self.fail(command, "rows after %s" % id_, rows, graph.rows_of(applied))
                return
        ids = [id_ for id_, _, _ in moves]
        order = graph.apply_order(ids)
        if ids != (order if direction == UPGRADE else order[::-1]):
            self.fail(command, "not in the order of file names", ids, order)

    def check_walk(self, direction):
        rows = random_rows(self.rng, self.graph)
        target = random_identifier(self.rng, self.graph)
        command = "%s %s from %s" % (direction, target, sorted(rows))
        brant = self.driver.ask(direction, ",".join(sorted(rows)), target)
        walk = self.alembic.upgrade if direction == UPGRADE else self.alembic.downgrade
        kind, theirs = self.alembic_answer(walk, sorted(rows), target)
        ours = None
        if brant[0] == "ok":
            ours = parse_moves(brant[1])
            self.check_moves(command, direction, rows, ours)
            end = set(rows)
            for _, removed, added in ours:
                end = (end - removed) | added
            if kind == "ok" and {m[0] for m in ours} == set(theirs[0]) and end == theirs[1]:
                self.counts["same steps" if ours else "same, nothing to do"] += 1
                return
        self.settle(deviations.Case(self.graph, direction, rows, target, brant, kind, theirs),
                    command)

    def check_stamp(self):
        rows = random_rows(self.rng, self.graph)
        targets = [random_identifier(self.rng, self.graph)]
        if self.rng.random() < 0.2:
            targets.append(random_identifier(self.rng, self.graph))
        command = "stamp %s from %s" % (targets, sorted(rows))
        brant = self.driver.ask(STAMP, ",".join(sorted(rows)), ",".join(targets))
        kind, theirs = self.alembic_answer(self.alembic.stamp, sorted(rows), targets)
        if brant[0] == "ok":
            removed, added = (set(filter(None, l.split(","))) for l in brant[1].split(":"))
            if not removed <= rows or added & (rows - removed):
                self.fail(command, "changes rows that are not so", brant)
            end = (rows - removed) | added
            if end != self.graph.rows_of(self.graph.closure(end)):
                self.fail(command, "rows that overlap", brant)
            if kind == "ok" and end == theirs:
                self.counts["same rows"] += 1
                return
        self.settle(deviations.Case(self.graph, STAMP, rows, targets, brant, kind, theirs),
                    command)

    def settle(self, case, command):
        """Two answers that are not both the same result."""
        if case.brant[0] == "error" and case.kind == "error":
            phrase = deviations.lost_phrase(case)
            if phrase is not None:
                self.fail(command, "does not say %r" % phrase, case.brant, repr(case.theirs))
            self.counts["both refuse"] += 1
            return
        reason = deviations.explain(case)
        if reason is None:
            self.fail(command, "differs", "Brant:   %s" % case.brant,
                      "Alembic: %s %r" % (case.kind, case.theirs))
        else:
            self.counts["deviation: " + reason] += 1

    def check_listing(self):
        graph = self.graph
        verbose = self.rng.random() < 0.3
        flag = "v" if verbose else ""
        rows = sorted(random_rows(self.rng, graph))
        choice = self.rng.choice(["history", "history", "heads", "branches", "show", "current"])
        if choice == "history":
            target = random_range(self.rng, graph)
            mark = self.rng.random() < 0.3
            words = (choice, ",".join(rows), target, flag + ("c" if mark else ""))
            answer = self.alembic_answer(self.alembic.history, rows, target, verbose, mark)
        elif choice == "heads":
            target = self.rng.random() < 0.5
            words = (choice, flag + ("r" if target else ""))
            answer = self.alembic_answer(self.alembic.heads, verbose, target)
        elif choice == "branches":
            target = ""
            words = (choice, flag)
            answer = self.alembic_answer(self.alembic.branches, verbose)
        elif choice == "show":
            target = random_identifier(self.rng, graph)
            words = (choice, target)
            answer = self.alembic_answer(self.alembic.show, target)
        else:
            target = ""
            words = (choice, ",".join(rows), flag)
            answer = self.alembic_answer(self.alembic.current, rows, verbose)
        kind, theirs = answer
        brant = self.driver.ask(*words)
        if brant[0] == "ok":
            listed = entries(brant[1])
            self.check_listing_order(words, choice, brant[1])
            expected = entries(theirs) if kind == "ok" else None
            # Alembic shows a revision twice that it reaches from two heads.
            if expected is not None and choice == "show":
                expected = set(expected)
            if expected is not None and sorted(listed) == sorted(expected):
                self.counts["same listing"] += 1
                return
        self.settle(deviations.Case(graph, choice, set(rows), target, brant, kind, theirs),
                     " ".join(words))

    def check_listing_order(self, words, choice, text):
        """Newest first in history and branches, oldest first in heads and current."""
        known = "|".join(map(re.escape, self.graph.by_id))
        if "Rev: " in text:
            ids = re.findall(r"(?m)^Rev: (%s)" % known, text)
        elif choice == "history":
            ids = re.findall(r"(?m)^.*? -> (%s)" % known, text)
        elif choice == "show":
            return
        else:
            ids = re.findall(r"(?m)^(%s)" % known, text)
        if choice == "history":
            expected = self.graph.apply_order(ids)[::-1]
        elif choice == "branches":
            expected = sorted(ids, key=self.graph.place.__getitem__, reverse=True)
        else:
            expected = sorted(ids, key=self.graph.place.__getitem__)
        if ids != expected and choice != "show":
            self.fail(" ".join(words), "order", ids, expected)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("driver")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--graphs", type=int, default=1000)
    parser.add_argument("--max-failures", type=int, default=10)
    arguments = parser.parse_args()
    rng = random.Random(arguments.seed)
    comparison = Comparison(Driver(arguments.driver), rng)
    for _ in range(arguments.graphs):
        if not comparison.load(random_graph(rng)):
            continue
        for _ in range(8):
            comparison.check_walk(UPGRADE)
            comparison.check_walk(DOWNGRADE)
            comparison.check_listing()
        for _ in range(4):
            comparison.check_stamp()
        if comparison.failures >= arguments.max_failures:
            break
    for what, count in sorted(comparison.counts.items()):
        print("%7d  %s" % (count, what))
    same = sum(n for what, n in comparison.counts.items() if not what.startswith("deviation"))
    if not comparison.failures and same < arguments.graphs * 10:
        print("FAIL: too little was compared")
        return 1
    return 1 if comparison.failures else 0


if __name__ == "__main__":
    sys.exit(main())
