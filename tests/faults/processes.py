"""The processes that a fault test starts: agents that may be killed and started again, and clients
whose events are read while they come."""

import collections
import json
import os
import random
import signal
import socket
import subprocess
import threading
import time

from tests.e2e import harness

Ended = collections.namedtuple("Ended", "returncode stdout stderr")


def wait_until(condition, timeout, what):
    """Asks `condition` again and again; returns its first true answer."""
    deadline = time.monotonic() + timeout
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {timeout} s: {what}")
        time.sleep(0.005)


def free_port(host="127.0.0.1"):
    """A port below those that the kernel gives to outgoing connections: it is still free when an
    agent that was killed wants it back."""
    while True:
        port = random.SystemRandom().randrange(16384, 32768)
        with socket.socket() as probe:
            try:
                probe.bind((host, port))
                return port
            except OSError:
                continue


class Lines:
    """What a process writes into a pipe, line by line as it comes."""

    def __init__(self, pipe):
        self._lines = []
        self._ended = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._read, args=(pipe,), daemon=True)
        self._thread.start()

    def _read(self, pipe):
        with pipe:
            for line in pipe:
                with self._changed:
                    self._lines.append(line)
                    self._changed.notify_all()
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    def first(self, accept, timeout, after=0):
        """The first line from index `after` on for which `accept` gives something, as what it gave;
        and the index after it."""
        deadline = time.monotonic() + timeout
        with self._changed:
            while True:
                while after < len(self._lines):
                    found = accept(self._lines[after])
                    after += 1
                    if found:
                        return found, after
                left = deadline - time.monotonic()
                if self._ended or left <= 0:
                    raise AssertionError("%s before the line that was waited for:\n%s" % (
                        "the process ended" if self._ended else f"{timeout} s went by",
                        "".join(self._lines[-50:])))
                self._changed.wait(left)

    def text(self):
        """All of it so far."""
        with self._changed:
            return "".join(self._lines)

    def lines(self):
        """The same, as a list."""
        with self._changed:
            return list(self._lines)

    def join(self):
        """Waits for the pipe's other end to be closed."""
        self._thread.join()


class Process:
    """A program with its output; it is killed at the test's end if it still runs."""

    def __init__(self, test, command, environment, stdin=subprocess.DEVNULL):
        self._process = subprocess.Popen(
            command, cwd=test.folder, env=environment, stdin=stdin, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, errors="replace")
        self.stdout = Lines(self._process.stdout)
        self.stderr = Lines(self._process.stderr)
        test.addCleanup(self.kill)

    @property
    def pid(self):
        return self._process.pid

    def alive(self):
        return self._process.poll() is None

    def signal(self, number):
        """Sends a signal, unless it has ended."""
        if self.alive():
            self._process.send_signal(number)

    def kill(self):
        """SIGKILL, also if it is stopped; returns when it is gone."""
        self.signal(signal.SIGKILL)
        self._process.wait()

    def wait(self, timeout):
        """Waits for its end; returns what harness.Result holds."""
        try:
            code = self._process.wait(timeout)
        except subprocess.TimeoutExpired:
            raise AssertionError("process %d still runs after %s s\n--- stdout\n%s--- stderr\n%s" % (
                self.pid, timeout, self.stdout.text(), self.stderr.text())) from None
        self.stdout.join()
        self.stderr.join()
        return harness.Result(Ended(code, self.stdout.text(), self.stderr.text()))


class Agent:
    """A brantd that comes back at the same address after it was killed.

    `prefix` is put before its command, as `ip netns exec NAME` is; `host` is where it listens.
    """

    def __init__(self, test, database_url, *arguments, host="127.0.0.1", prefix=()):
        self._test = test
        self._database_url = database_url
        port = free_port() if host == "127.0.0.1" else 7420
        self.address = f"{host}:{port}"
        if host != "127.0.0.1":
            arguments = ("--insecure-remote", *arguments)
        self._command = [*prefix, harness.BRANTD, "--listen", self.address, *arguments]
        self.process = None

    def start(self):
        """Starts it; returns when it listens."""
        self.process = Process(self._test, self._command,
                               {**self._test.environment, "BRANT_DATABASE_URL": self._database_url})
        self.process.stderr.first(lambda line: "listening on" in line, 30)
        return self

    @property
    def pid(self):
        return self.process.pid

    def alive(self):
        return self.process is not None and self.process.alive()

    def kill(self):
        """As a machine that dies."""
        self.process.kill()

    def pause(self):
        """SIGSTOP: it lives and does nothing."""
        self.process.signal(signal.SIGSTOP)

    def resume(self):
        """SIGCONT."""
        self.process.signal(signal.SIGCONT)

    def terminate(self):
        """SIGTERM; returns at once."""
        self.process.signal(signal.SIGTERM)

    def stop(self, timeout=60):
        """As an orchestrator does; returns its result."""
        self.terminate()
        return self.process.wait(timeout)

    def memory(self):
        """What it occupies, in bytes."""
        with open(f"/proc/{self.pid}/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def parse_event(line):
    """The event of a line of `--output json`; None for an error's line."""
    message = json.loads(line)
    return message if "sequence" in message else None


def kind_of(event):
    """Which of RunEvent's events it is, as `stepStarted`."""
    return next(key for key in event if key not in ("runId", "sequence", "eventTime"))


class Client(Process):
    """A brant with `--output json`. `gate` stands before all of its command."""

    def __init__(self, test, arguments, addresses, stdin=subprocess.DEVNULL, gate=()):
        self.arguments = arguments
        # Events of a `watch --after` begin there.
        self.after = int(arguments[arguments.index("--after") + 1]) if "--after" in arguments else 0
        command = [*gate, harness.BRANT, *arguments, "--agent", ",".join(addresses), "--output", "json"]
        super().__init__(test, command, test.environment, stdin)
        self._seen = 0

    def events(self):
        """Those that came so far."""
        return [event for event in map(parse_event, self.stdout.lines()) if event]

    def next_event(self, kind, timeout=30, where=lambda event: True):
        """The next event of a kind, after the one that was returned last; without the envelope."""

        def accept(line):
            event = parse_event(line)
            if event and kind in event and where(event[kind]):
                return event
            return None

        found, self._seen = self.stdout.first(accept, timeout, self._seen)
        return found[kind]
