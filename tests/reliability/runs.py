"""One run: clients that listen, people who talk, faults meanwhile; then calm, and the last word of the database."""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from tests.reliability.checker import Event, Message
from tests.reliability.client import Client, World
from tests.reliability.cluster import Cluster


@asynccontextmanager
async def listening(*clients: Client) -> AsyncIterator[None]:
    """The clients' pages are open inside, and each has been welcomed once."""
    runs = [asyncio.create_task(client.run()) for client in clients]
    try:
        async with asyncio.timeout(30):
            while not all(client.welcomes for client in clients):
                await asyncio.sleep(0.05)
        yield
    finally:
        for run in runs:
            run.cancel()
        await asyncio.gather(*runs, return_exceptions=True)


async def talk(client: Client, stop: asyncio.Event, every: float, *, copies_each: int = 5, most: int = 10_000) -> None:
    """Send one message after the other until told to stop; each fifth several times at once, each seventh read back."""
    for number in itertools.islice(itertools.count(1), most):
        if stop.is_set():
            return
        since = time.monotonic()
        copies = 3 if copies_each and number % copies_each == 0 else 1
        await client.send(f"message {number} de {client.person}", copies=copies, again=number % 7 == 0)
        await asyncio.sleep(max(0.0, every - (time.monotonic() - since)))


async def caught_up(clients: Sequence[Client], head: int, within: float) -> float:
    """Seconds until every one of `clients` has shown number `head`; raises TimeoutError when one has not."""
    since = time.monotonic()
    async with asyncio.timeout(within):
        while any(client.seq < head for client in clients):
            await asyncio.sleep(0.02)
    return time.monotonic() - since


async def conclude(cluster: Cluster, world: World) -> None:
    """Write the last word of the database, and who was a member, into the history."""
    told = await asyncio.to_thread(cluster.rows, "read", world.channel)
    world.history.messages = [Message(*row) for row in told["messages"]]
    world.history.events = [Event(*row) for row in told["events"]]
    for view in world.history.views:
        world.history.members.setdefault(view.person, (0.0, None))
    await world.http.aclose()
