"""A hub of its own for each test, with topics `test:<name>` that the people of `ears` may hear."""

from collections.abc import AsyncIterator, Callable, Iterator
from uuid import UUID

import pytest
import pytest_asyncio
from django.conf import settings
from django.test import Client

from accounts.models import User
from live import guards
from live.hub import hub
from live.threads import in_thread
from tests.factories import UserFactory
from tests.live.listening import HOST, OpenPage


@pytest.fixture(autouse=True)
def _our_host() -> None:
    settings.ALLOWED_HOSTS = [HOST]


@pytest.fixture
def ears() -> Iterator[set[UUID]]:
    """Who may hear `test:…` topics: add and remove people's keys."""
    allowed: set[UUID] = set()
    guards.register("test", lambda person, topic_id: person.pk in allowed)
    yield allowed
    guards._guards.pop("test")


@pytest_asyncio.fixture
async def page(
    transactional_db: None, ears: set[UUID], sign_in: Callable[[User], Client]
) -> AsyncIterator[Callable[..., "OpenPage"]]:
    """`await page()`: an open page of a new person who may hear `test:…`; `page(person)` of someone made before."""
    pages: list[OpenPage] = []

    def make(person: User | None) -> tuple[User, Client]:
        if person is None:
            person = UserFactory()
            ears.add(person.pk)
        return person, sign_in(person)

    async def open_page(person: User | None = None) -> OpenPage:
        person, client = await in_thread(make, person)
        opened = OpenPage(client)
        opened.person, opened.client = person, client
        pages.append(opened)
        return await opened.open()

    yield open_page
    for opened in pages:
        if not opened.future.done():
            await opened.leave()
    await hub.stop()
