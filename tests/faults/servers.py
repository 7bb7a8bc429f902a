"""Servers of a test's own, which it may kill, cut off or stand a pooler before.

They end with the test. As root they run as the users that they insist on.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import urllib.parse

from tests.faults import processes

POSTGRESQL = "/usr/lib/postgresql/15/bin"
USER = "brant"
PASSWORD = "fault-test"


def _user_of(*names):
    """The first of these users that the system has; None where no other user can be had."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in names if name in known)


def _state_and_parent(pid):
    """Of a process, as /proc has it; the state of one that is gone is that of a dead one."""
    try:
        with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as file:
            # The command's name stands in brackets and may hold blanks.
            state, parent = file.read().rpartition(")")[2].split()[:2]
            return state, int(parent)
    except (FileNotFoundError, ProcessLookupError):
        return "Z", 0


def _lives(pid):
    return _state_and_parent(pid)[0] != "Z"


def _children_of(pid):
    """Processes that a process has started and that live."""
    pids = [int(name) for name in os.listdir("/proc") if name.isdigit()]
    return [child for child in pids if _state_and_parent(child)[1] == pid and _lives(child)]


class Server:
    """A server with a data folder that outlives it."""

    def __init__(self, test, user):
        self._test = test
        self._user = user
        # Sockets need short paths, and another user must get in.
        self.folder = tempfile.mkdtemp(prefix="brant-server-", dir="/tmp")
        test.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        os.chmod(self.folder, 0o711)
        self.process = None
        self.port = processes.free_port()
        self.own(self.folder)
        with open(os.path.join(self.folder, "log"), "wb"):
            pass
        test.addCleanup(self.kill)

    def own(self, path):
        """Gives a file or folder to the server's user."""
        if self._user:
            shutil.chown(path, self._user, self._user)

    def as_user(self, *command):
        """The command as the server's user, ended with the test's own process."""
        user = ["--reuid", self._user, "--regid", self._user, "--init-groups"] if self._user else []
        return ["setpriv", *user, "--pdeathsig=KILL", "--", *command]

    def make(self, *command):
        """Runs what makes the data folder."""
        result = subprocess.run(self.as_user(*command), cwd=self.folder, capture_output=True, text=True,
                                timeout=60, check=False)
        self._test.assertEqual(result.returncode, 0, result.stderr)

    def launch(self, *command):
        """Starts the server; returns once it takes connections."""
        with open(os.path.join(self.folder, "log"), "ab") as log:
            self.process = subprocess.Popen(self.as_user(*command), cwd=self.folder, stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=log)

        def ready():
            if self.process.poll() is not None:
                raise AssertionError("the server ended:\n" + self.log())
            return self.is_ready()

        processes.wait_until(ready, 60, "the server takes connections")

    def log(self):
        """What the server has said, since the first start."""
        with open(os.path.join(self.folder, "log"), encoding="utf-8", errors="replace") as file:
            return file.read()

    def kill(self):
        """SIGKILL to the server and to all that it has started, as if the power went."""
        if self.process is None:
            return
        # Once it stands still, it starts no others.
        self.process.send_signal(signal.SIGSTOP)
        children = _children_of(self.process.pid)
        self.process.kill()
        self.process.wait()
        for pid in children:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        # Orphans are another process's to reap; what counts is that they have let go.
        processes.wait_until(lambda: not any(map(_lives, children)), 10, "the server's children end")
        self.process = None


class Postgresql(Server):
    """A PostgreSQL that also listens on `host`."""

    def __init__(self, test, host="127.0.0.1"):
        super().__init__(test, _user_of("postgres"))
        self._host = host
        data = os.path.join(self.folder, "data")
        password = os.path.join(self.folder, "password")
        with open(password, "w", encoding="ascii") as file:
            file.write(PASSWORD)
        self.own(password)
        self.make(f"{POSTGRESQL}/initdb", "--pgdata", data, "--username", USER, "--pwfile", password,
                  "--auth-local=trust", "--auth-host=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8",
                  "--no-sync", "--no-instructions")
        with open(os.path.join(data, "pg_hba.conf"), "a", encoding="ascii") as file:
            file.write("host all all samenet scram-sha-256\n")
        self._data = data

    def start(self):
        """Starts it; without fsync, which only a machine's end would make a difference to."""
        if os.path.exists(os.path.join(self._data, "postmaster.pid")):
            os.remove(os.path.join(self._data, "postmaster.pid"))
        self.launch(f"{POSTGRESQL}/postgres", "-D", self._data, "-p", str(self.port),
                    "-c", f"unix_socket_directories={self.folder}",
                    "-c", f"listen_addresses={','.join({'127.0.0.1', self._host})}",
                    "-c", "max_connections=200", "-c", "fsync=off", "-c", "shared_buffers=32MB")
        return self

    def is_ready(self):
        try:
            with open(os.path.join(self._data, "postmaster.pid"), encoding="ascii") as file:
                return "ready" in file.read()
        except FileNotFoundError:
            return False

    def url(self, database="postgres", host=None):
        return f"postgresql://{USER}:{PASSWORD}@{host or '127.0.0.1'}:{self.port}/{database}"


class Mariadb(Server):
    """A MariaDB that keeps what it has committed when it is killed."""

    def __init__(self, test):
        super().__init__(test, _user_of("mysql", "postgres"))
        for name in ("tmp", "data"):
            os.mkdir(os.path.join(self.folder, name))
            self.own(os.path.join(self.folder, name))
        init = os.path.join(self.folder, "init.sql")
        with open(init, "w", encoding="ascii") as file:
            file.write(f"CREATE USER IF NOT EXISTS {USER}@'%' IDENTIFIED BY '{PASSWORD}';\n"
                       f"GRANT ALL ON *.* TO {USER}@'%' WITH GRANT OPTION;\n")
        self.own(init)
        self.make("mariadb-install-db", "--no-defaults", f"--datadir={self.folder}/data",
                  f"--tmpdir={self.folder}/tmp", "--skip-test-db", "--innodb-flush-method=nosync",
                  "--innodb-log-file-size=16M")

    def start(self):
        """Starts it. The log is written at each commit, into the kernel's memory."""
        self._ready_before = self.log().count("ready for connections")
        self.launch("/usr/sbin/mariadbd", "--no-defaults", f"--datadir={self.folder}/data",
                    f"--port={self.port}", f"--socket={self.folder}/socket",
                    f"--pid-file={self.folder}/pid", f"--tmpdir={self.folder}/tmp",
                    "--bind-address=127.0.0.1", "--skip-name-resolve", f"--init-file={self.folder}/init.sql",
                    "--character-set-server=utf8mb4", "--collation-server=utf8mb4_general_ci",
                    "--max-connections=200", "--performance-schema=OFF", "--innodb-buffer-pool-size=32M",
                    "--key-buffer-size=1M", "--innodb-log-file-size=16M", "--innodb-flush-method=nosync",
                    "--innodb-flush-log-at-trx-commit=1")
        return self

    def is_ready(self):
        return self.log().count("ready for connections") > self._ready_before

    def url(self, database="mysql"):
        return f"mysql://{USER}:{PASSWORD}@127.0.0.1:{self.port}/{database}"


class Pgbouncer(Server):
    """A pgbouncer in transaction mode before one database, with as many sessions of the server as
    `pool` says; otherwise as it is installed."""

    def __init__(self, test, database_url, pool):
        super().__init__(test, _user_of("postgres"))
        target = urllib.parse.urlparse(database_url)
        self._name = target.path[1:]
        users = os.path.join(self.folder, "users.txt")
        with open(users, "w", encoding="utf-8") as file:
            file.write('"%s" "%s"\n' % (target.username, urllib.parse.unquote(target.password)))
        self._ini = os.path.join(self.folder, "pgbouncer.ini")
        with open(self._ini, "w", encoding="utf-8") as file:
            file.write(f"""[databases]
{self._name} = host={target.hostname} port={target.port} dbname={self._name}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {self.port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = {users}
pool_mode = transaction
default_pool_size = {pool}
max_client_conn = 500
""")
        self._url = target._replace(
            netloc=f"{target.username}:{target.password}@127.0.0.1:{self.port}").geturl()

    def start(self):
        self._said = len(self.log())
        self.launch("/usr/sbin/pgbouncer", self._ini)
        return self

    def is_ready(self):
        return "process up" in self.log()[self._said:]

    def url(self):
        return self._url
