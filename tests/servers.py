"""A real server in a process of its own, with a database of its own: for what the test client cannot show."""

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import dj_database_url
import psycopg
from django.conf import settings
from django.db import connections

from config.serving import uvicorn_arguments
from config.settings import ROOT


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(url: str) -> bool:
    """Does whoever listens at `url` serve a page?"""
    try:
        urllib.request.urlopen(f"{url}/robots.txt", timeout=5).close()
    except OSError:
        return False
    return True


class Server:
    """`start()`, `stop()` (a goodbye), `kill()` (a power cut); the database stays in between.

    The database is a new one beside the one of the tests (a file on SQLite, a database on PostgreSQL), or the one that
    `database_url` names, which is then neither made nor dropped here.
    """

    def __init__(self, folder: Path, *, database_url: str = "", **environment: str) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.folder = folder
        self.process: subprocess.Popen[bytes] | None = None
        self.log = folder / "server.log"
        self.name = f"entrepairs_{secrets.token_hex(6)}"
        given = os.environ.get("DATABASE_URL", "")
        self.postgres = given if given.startswith("postgres") and not database_url else ""
        if database_url:
            self.database_url = database_url
        elif self.postgres:
            self.database_url = self.postgres.rsplit("/", 1)[0] + f"/{self.name}"
            self._on_postgres(f'CREATE DATABASE "{self.name}"')
        else:
            self.database_url = f"sqlite:///{folder / 'server.sqlite3'}"
        self.environment = {
            **os.environ,
            "DATABASE_URL": self.database_url,
            "DEMO": "1",
            "SECRET_KEY": settings.SECRET_KEY,
            "VAULT_KEYS": ",".join(settings.VAULT_KEYS),
            "SITE_URL": self.url,
            "MEDIA_ROOT": str(folder / "media"),
            "STATIC_ROOT": str(folder / "static"),
            "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "EMAIL_FILE_PATH": str(folder / "mail"),
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "platform")]),
            **environment,
        }

    def manage(self, *arguments: str) -> str:
        """Run `manage.py` on this server's database. Returns what it said; raises when it fails."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def start(self) -> "Server":
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "uvicorn",
                    *uvicorn_arguments(),
                    "--host",
                    "127.0.0.1",
                    "--port",
                    str(self.port),
                ],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
            )
        until = time.monotonic() + 30
        while not answers(self.url):
            assert self.process.poll() is None, self.log.read_text()
            assert time.monotonic() < until, self.log.read_text()
            time.sleep(0.05)
        return self

    def stop(self, how: int = signal.SIGTERM) -> None:
        if self.process is not None:
            self.process.send_signal(how)
            self.process.wait(20)
            self.process = None

    def kill(self) -> None:
        self.stop(signal.SIGKILL)

    def drop(self) -> None:
        """Stop for good and leave no database behind."""
        self.stop()
        if self.postgres:
            self._on_postgres(f'DROP DATABASE IF EXISTS "{self.name}" WITH (FORCE)')

    def _on_postgres(self, statement: str) -> None:
        with psycopg.connect(self.postgres.rsplit("/", 1)[0] + "/postgres", autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[arg-type]

    @contextmanager
    def rows(self, blocker: object) -> Iterator[None]:
        """Inside, the ORM of this process reads and writes the server's own rows (`blocker`: django_db_blocker)."""
        usual = connections["default"]
        there = usual.copy()
        there.settings_dict = {**usual.settings_dict, **dj_database_url.parse(self.database_url)}
        there.settings_dict["OPTIONS"] = usual.settings_dict["OPTIONS"]
        connections["default"] = there
        # Playwright's synchronous pages keep a loop in this thread, which Django would take for asynchronous code.
        before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
        try:
            with blocker.unblock():  # type: ignore[attr-defined]
                yield
        finally:
            there.close()
            connections["default"] = usual
            del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]
            if before is not None:
                os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = before
