"""Stands between an agent and its database, and stops time at one message of their conversation."""

import re
import socket
import threading


class Trap:
    """What is to be done when a statement that begins with this text goes by, once.

    `held` says when: with the server's answer, which the agent then never sees; else right after the
    message itself has reached the server.
    """

    def __init__(self, text, held, action):
        # MariaDB's COM_QUERY; PostgreSQL's Query, and its Parse after the name. A script that is only
        # a value of another statement has neither before its statements.
        self.message = re.compile(rb"(\x03|Q.{4}|\0)" + re.escape(text.encode()), re.DOTALL)
        self.held = held
        self.action = action
        self.sprung = threading.Event()


class Proxy:
    """Listens on a port of its own for one that leads to the server."""

    def __init__(self, test, port):
        self._target = port
        self._trap = None
        self._lock = threading.Lock()
        self._sockets = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()
        test.addCleanup(self._close)

    def set_trap(self, text, held, action):
        """Replaces the one before; returns it, so that its end can be waited for."""
        with self._lock:
            self._trap = Trap(text, held, action)
            return self._trap

    def _accept(self):
        while True:
            try:
                agent, _ = self._listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(("127.0.0.1", self._target))
            except OSError:
                agent.close()
                continue
            for end in (agent, server):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            with self._lock:
                self._sockets += [agent, server]
            waiting = []  # The trap that springs with the next answer.
            threading.Thread(target=self._requests, args=(agent, server, waiting), daemon=True).start()
            threading.Thread(target=self._answers, args=(server, agent, waiting), daemon=True).start()

    def _take_trap(self, data):
        with self._lock:
            trap = self._trap
            if trap is None or not trap.message.search(data):
                return None
            self._trap = None
            return trap

    def _requests(self, agent, server, waiting):
        def handle(data):
            trap = self._take_trap(data)
            if trap and trap.held:
                waiting.append(trap)
            server.sendall(data)
            if trap and not trap.held:
                trap.action()
                trap.sprung.set()

        _pump(agent, server, handle)

    def _answers(self, server, agent, waiting):
        def handle(data):
            if waiting:
                trap = waiting.pop()
                trap.action()
                trap.sprung.set()
                raise ConnectionError("the answer is lost with the server")
            agent.sendall(data)

        _pump(server, agent, handle)

    def _close(self):
        self._listener.close()
        with self._lock:
            for end in self._sockets:
                end.close()


def _pump(source, sink, handle):
    """Hands on what comes until one end is gone; then the other one goes too."""
    try:
        while data := source.recv(1 << 16):
            handle(data)
    except OSError:
        pass
    for end in (source, sink):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
