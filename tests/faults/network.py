"""Hosts on one machine: network namespaces on a bridge, whose cables can be pulled and put back.

Cutting takes the bridge's end down. Both sides keep their addresses and routes, so packets vanish, as
they do when a switch fails; nobody is told.
"""

import os
import random
import subprocess

from tests.faults import processes


def _ip(*arguments, check=True):
    result = subprocess.run(["ip", *arguments], capture_output=True, text=True, check=False, timeout=30)
    if check and result.returncode != 0:
        raise AssertionError(
            f"ip {' '.join(arguments)}: {result.stderr.strip()}; this test makes network namespaces, "
            "which needs root (CAP_NET_ADMIN and CAP_SYS_ADMIN) and the package iproute2")
    return result.stdout


class Network:
    """A bridge of the test's own. The test itself is on it, at `address`."""

    def __init__(self, test):
        self._test = test
        number = random.SystemRandom().randrange(1 << 16)
        self._prefix = f"10.{200 + number % 55}.{number // 55 % 255}"
        self.address = self._prefix + ".1"
        # Names of interfaces have at most 15 characters.
        self._bridge = f"bf{os.getpid() % 100000}x{number % 1000}"
        self._hosts = 0
        _ip("link", "add", self._bridge, "type", "bridge")
        test.addCleanup(_ip, "link", "del", self._bridge, check=False)
        _ip("address", "add", self.address + "/24", "dev", self._bridge)
        _ip("link", "set", self._bridge, "up")

    def plug(self, host):
        """Gives a host an interface here; returns the cable."""
        self._hosts += 1
        return Cable(self._test, self._bridge, f"{self._bridge}p{self._hosts}",
                     f"{self._prefix}.{self._hosts + 1}", host)


class Host:
    """A network namespace; `prefix` stands before the commands that run in it."""

    _made = 0

    def __init__(self, test):
        Host._made += 1
        self.name = f"brant-fault-{os.getpid()}-{Host._made}"
        self.prefix = ("ip", "netns", "exec", self.name)
        _ip("netns", "add", self.name)
        test.addCleanup(_ip, "netns", "del", self.name, check=False)
        _ip("-n", self.name, "link", "set", "lo", "up")


class Cable:
    """Between a host and a network."""

    def __init__(self, test, bridge, port, address, host):
        self.address = address
        self._port = port
        inner = "v" + port[-13:]
        _ip("link", "add", port, "type", "veth", "peer", "name", inner)
        test.addCleanup(_ip, "link", "del", port, check=False)
        _ip("link", "set", inner, "netns", host.name)
        _ip("-n", host.name, "address", "add", address + "/24", "dev", inner)
        _ip("-n", host.name, "link", "set", inner, "up")
        _ip("link", "set", port, "master", bridge)
        self.mend()

    def cut(self):
        """From now on nothing gets through."""
        _ip("link", "set", self._port, "down")

    def mend(self):
        """Returns when packets get through again."""
        _ip("link", "set", self._port, "up")
        processes.wait_until(
            lambda: "state forwarding" in _ip("-details", "link", "show", self._port), 10,
            f"the bridge forwards for {self._port}")
