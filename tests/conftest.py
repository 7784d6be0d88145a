"""What every test stands on: a strict template engine, fast hashing, and a few ways to make people."""

import random
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, connections
from django.db.models import QuerySet
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts import limits
from accounts.models import User
from spaces.models import Role, Space
from tests.factories import MembershipFactory, UserFactory


class _UndefinedVariable(str):
    """Makes an undefined template variable an error rather than an empty string."""

    __slots__ = ()

    def __contains__(self, key: object) -> bool:
        return key == "%s"

    def __mod__(self, variable: object) -> str:
        raise AssertionError(f"Undefined template variable: {variable}")


@pytest.fixture(autouse=True)
def _strict(settings, tmp_path):
    settings.TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = _UndefinedVariable("%s")
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.STATIC_ROOT = tmp_path  # WhiteNoise warns about a folder that is not there
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }


@pytest.fixture
def own_cache(settings) -> Iterator[Callable[[], None]]:
    """`own_cache()`: an empty cache from here on, this test's alone: the other workers keep theirs in one Redis."""

    def renew() -> None:
        settings.CACHES = {"default": settings.CACHES["default"] | {"KEY_PREFIX": uuid4().hex}}
        limits._counter.cache_clear()

    renew()
    yield renew
    limits._counter.cache_clear()


@pytest.fixture(autouse=True)
def _unordered_querysets_are_shuffled(monkeypatch):
    """Rows without an asked order come back in any order here, as they one day will in production."""
    fetch_all = QuerySet._fetch_all

    def shuffled(self: QuerySet[Any]) -> None:
        fresh = self._result_cache is None
        fetch_all(self)
        if fresh and self._result_cache and len(self._result_cache) > 1 and not self.ordered:
            random.shuffle(self._result_cache)

    monkeypatch.setattr(QuerySet, "_fetch_all", shuffled)


@pytest.fixture
def member_of() -> Callable[..., User]:
    """`member_of(space, role=Role.PARTICIPANT)`: a new person who holds that role there."""

    def make(space: Space, role: str = Role.PARTICIPANT, **fields: object) -> User:
        person = UserFactory(**fields)
        MembershipFactory(space=space, person=person, role=role)
        return person

    return make


@pytest.fixture
def sign_in() -> Callable[[User], Client]:
    """`sign_in(user)`: a client signed in as that person."""

    def make(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return make


@pytest.fixture
def assert_same_queries() -> Callable[..., int]:
    """`assert_same_queries(client, url, make_row)`: the page costs as many queries with three rows as with one.

    `make_row` is called once before the first look and twice before the second. Returns the number of queries.
    """

    def look(client: Client, url: str) -> list[str]:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(url).status_code == 200
        return [query["sql"] for query in captured.captured_queries]

    def check(client: Client, url: str, make_row: Callable[[], object]) -> int:
        make_row()
        look(client, url)  # what is cached once for all (content types, sites) is not the page's cost
        one = look(client, url)
        make_row()
        make_row()
        three = look(client, url)
        assert len(three) == len(one), "\n".join(sql for sql in three if three.count(sql) > one.count(sql))
        return len(three)

    return check


@pytest.fixture
def together(transactional_db: None, tmp_path: Path) -> Iterator[Callable[..., list[Any]]]:
    """`together(call, call, …)`: run the calls at the same moment, each in its own thread and transaction.

    Returns what each made or raised. On SQLite the database is a file for that while: one in memory knows no waiting.
    """
    memory, name = None, connection.settings_dict["NAME"]
    if connection.vendor == "sqlite" and connection.is_in_memory_db():
        connection.ensure_connection()
        memory = connection.connection
        with closing(sqlite3.connect(tmp_path / "together.sqlite3")) as file:
            memory.backup(file)
        connection.settings_dict["NAME"] = str(tmp_path / "together.sqlite3")
        connection.connection = None

    def run(*calls: Callable[[], Any]) -> list[Any]:
        start = threading.Barrier(len(calls))

        def attempt(call: Callable[[], Any]) -> Any:
            start.wait()
            try:
                return call()
            except Exception as refusal:
                return refusal
            finally:
                connections.close_all()

        with ThreadPoolExecutor(len(calls)) as threads:
            return list(threads.map(attempt, calls))

    yield run
    if memory is not None:
        connection.close()
        connection.settings_dict["NAME"] = name
        connection.connection = memory
