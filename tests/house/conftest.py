"""One furnished world a module, rolled back to its first state after each test."""

from collections.abc import Iterator

import pytest
from django.db import transaction

from tests.house.world import World, furnished


@pytest.fixture(scope="module")
def shared_world(django_db_setup: None, django_db_blocker: object) -> Iterator[World]:
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        around = transaction.atomic()
        around._from_testcase = True  # each test's own transaction is then a savepoint in this one
        around.__enter__()
        try:
            yield furnished()
        finally:
            transaction.set_rollback(True)
            around.__exit__(None, None, None)


@pytest.fixture
def world(shared_world: World, db: None) -> World:
    return shared_world
