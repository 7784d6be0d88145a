"""Servers, PostgreSQL and Redis of our own, on private ports and folders: they may be killed without harm to others.

    with Cluster(folder, postgres=True) as cluster:
        cluster.servers[0].kill()
        cluster.redis.freeze()

`postgres=False` is the embedded profile: one process on SQLite, without Redis.
"""

import json
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg

from config.settings import ROOT
from tests.servers import Server, free_port

CONFIGURATION = """
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
max_connections = 200
shared_buffers = 64MB
log_min_messages = fatal
"""


class Daemon:
    """A program in a process group of its own, so that whatever it has started ends with it."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None

    def _launch(self, arguments: list[str], folder: Path, user: str | None = None) -> None:
        with (folder / "output.log").open("ab") as log:
            self.process = subprocess.Popen(
                arguments, cwd=folder, stdout=log, stderr=log, start_new_session=True, user=user, env={"LC_ALL": "C"}
            )

    def signal(self, number: int) -> None:
        """Say `number` to the whole group."""
        if self.process is not None:
            os.killpg(self.process.pid, number)

    def kill(self) -> None:
        if self.process is not None:
            with suppress(ProcessLookupError):
                self.signal(signal.SIGKILL)
            self.process.wait(20)
            self.process = None

    def freeze(self) -> None:
        self.signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self.signal(signal.SIGCONT)


class Redis(Daemon):
    """It keeps nothing: what it had in memory is gone when it comes back."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        arguments = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self._launch([_found("redis-server"), *arguments], self.folder)
        _until(lambda: self.say("PING") == "PONG", "Redis")

    def say(self, *words: str) -> str:
        done = subprocess.run(
            [_found("redis-cli"), "-p", str(self.port), *words], capture_output=True, text=True, check=False
        )
        return done.stdout.strip()


class Postgres(Daemon):
    """A cluster of its own, made by initdb; its superuser needs no password."""

    def __init__(self) -> None:
        super().__init__()
        self.port = free_port()
        self.url = f"postgres://postgres@127.0.0.1:{self.port}/entrepairs"
        # Not in a folder of pytest's: PostgreSQL refuses to run as root, and who it runs as may not enter there.
        self.folder = Path(tempfile.mkdtemp(prefix="entrepairs-postgres-"))
        self.user = None
        if os.getuid() == 0:
            self.user = next(user.pw_name for user in pwd.getpwall() if user.pw_name in {"postgres", "nobody"})
            os.chown(self.folder, pwd.getpwnam(self.user).pw_uid, -1)
        arguments = ["-D", str(self.folder / "data"), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync"]
        subprocess.run(
            [_found("initdb"), *arguments, "--locale=C.UTF-8"],
            cwd=self.folder,
            check=True,
            capture_output=True,
            user=self.user,
        )
        with (self.folder / "data" / "postgresql.conf").open("a") as file:
            file.write(f"{CONFIGURATION}port = {self.port}\n")

    def start(self) -> None:
        self._launch([_found("postgres"), "-D", str(self.folder / "data")], self.folder, self.user)
        _until(self._answers, "PostgreSQL")

    def create(self) -> None:
        self.say("CREATE DATABASE entrepairs")

    def cut_off(self) -> None:
        """End it at once, as `pg_ctl -m immediate` does: what it had not written down must be found in its journal."""
        if self.process is not None:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(20)
            self.process = None

    def terminate_backends(self) -> None:
        """Cut every connection that there is (F5)."""
        self.say("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'entrepairs'")

    def say(self, statement: str) -> None:
        url = self.url.replace("/entrepairs", "/postgres")
        with psycopg.connect(url, autocommit=True, connect_timeout=2) as connection:
            connection.execute(statement)  # type: ignore[arg-type]

    def drop(self) -> None:
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _answers(self) -> bool:
        try:
            self.say("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True


class Cluster:
    """The servers of one profile, with what they stand on."""

    def __init__(self, folder: Path, *, postgres: bool, processes: int = 2, **environment: str) -> None:
        self.folder = folder
        self.environment = {
            "SENDS_A_MINUTE": "1000000",
            "STATIC_ROOT": str(self._folder("static")),
            **environment,
        }
        self.postgres = Postgres() if postgres else None
        self.redis = Redis(self._folder("redis")) if postgres else None
        self.processes = processes if postgres else 1
        self.servers: list[Server] = []

    def __enter__(self) -> "Cluster":
        try:
            database_url = f"sqlite:///{self.folder / 'cluster.sqlite3'}"
            if self.postgres and self.redis:
                self.postgres.start()
                self.postgres.create()
                self.redis.start()
                self.environment["REDIS_URL"] = self.redis.url
                database_url = self.postgres.url
            else:
                self.environment["REDIS_URL"] = ""
            for number in range(self.processes):
                folder = self._folder(f"server-{number}")
                self.servers.append(Server(folder, database_url=database_url, **self.environment))
            self.rows("prepare")
            for server in self.servers:
                server.start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        for server in self.servers:
            server.kill()
        if self.redis:
            self.redis.kill()
        if self.postgres:
            self.postgres.drop()

    def rows(self, *arguments: str) -> Any:
        """What `tests.reliability.rows` makes or reads on this cluster's database."""
        command = [sys.executable, "-m", "tests.reliability.rows", *arguments]
        done = subprocess.run(
            command, cwd=ROOT, env=self.servers[0].environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def troubles(self) -> dict[str, int]:
        """What the servers' logs keep of failures: the last line of each traceback, and how often."""
        found: Counter[str] = Counter()
        for server in self.servers:
            inside = False
            for line in server.log.read_text(errors="replace").splitlines():
                if line.startswith("Traceback"):
                    inside = True
                elif inside and line and not line[0].isspace():
                    found[line[:80]] += 1
                    inside = False
        return dict(found)

    def _folder(self, name: str) -> Path:
        folder = self.folder / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder


def _found(program: str) -> str:
    """Where a program of PostgreSQL or Redis is: Debian keeps the newest servers off the path."""
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda place: float(place.parent.name))
    for place in (*(str(place) for place in reversed(places)), None):
        if found := shutil.which(program, path=place):
            return found
    raise AssertionError(f"No {program} here: .ci/run installs it.")


def _until(ready: Any, name: str) -> None:
    until = time.monotonic() + 30
    while not ready():
        assert time.monotonic() < until, f"{name} does not start."
        time.sleep(0.05)
