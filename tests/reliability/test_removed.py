"""Who is taken out of a space stops receiving it, whichever way she listens, whether Redis is there or not."""

import asyncio
import time
from typing import Any

import pytest

from tests.reliability.checker import LEAVING, wrong
from tests.reliability.client import Client, World
from tests.reliability.cluster import Cluster
from tests.reliability.conftest import POSTGRES
from tests.reliability.runs import conclude, listening

WAYS = ("ws", "sse", "poll")


async def _leave(cluster: Cluster, within: float) -> None:
    """Three people are taken out while somebody talks; each is told within that many seconds, and hears no more."""
    made = cluster.rows("make", "5")
    world = World.of([server.url for server in cluster.servers], made)
    writer, stays, *leaving = [
        Client(world, someone, way) for someone, way in zip(made["people"], ("ws", "ws", *WAYS), strict=True)
    ]
    async with listening(writer, stays, *leaving):
        await writer.send("Bonjour à tous")
        async with asyncio.timeout(10):
            while any(client.seq < 1 for client in leaving):
                await asyncio.sleep(0.05)
        people = [client.person for client in leaving]
        await asyncio.to_thread(cluster.rows, "remove", made["space"], *people)
        since = time.monotonic()
        while not all(client.revoked for client in leaving):
            assert time.monotonic() - since < within, [client.way for client in leaving if not client.revoked]
            await writer.send("Encore un mot")
            await asyncio.sleep(0.1)
        seen = [len(client.view.shown) for client in leaving]
        for _ in range(5):
            last = await writer.send("Entre nous")
        async with asyncio.timeout(20):
            while stays.seq < last.seq:
                await asyncio.sleep(0.05)
        assert [len(client.view.shown) for client in leaving] == seen
        for client in leaving:
            for url in world.urls:
                await _is_shut_out(world, client, url)
    for client in leaving:
        # Where only the lease can notice, membership ends for whoever serves pages when the lease does.
        world.history.members[client.person] = (0.0, since + within - LEAVING)
    await conclude(cluster, world)
    assert wrong(world.history) == []


async def _is_shut_out(world: World, client: Client, url: str) -> None:
    """Neither catching up, nor a new page by any way, tells anything of the channel."""
    assert (await client.ask(url, 0)).status_code == 404
    for way in WAYS:
        again = Client(world, {"person": client.person, "session": _session(client)}, way)
        world.history.views.remove(again.view)
        frames: list[dict[str, Any]] = []
        again._hear = frames.append  # type: ignore[method-assign]
        listening_again = asyncio.create_task(again._listen(url))
        async with asyncio.timeout(10):
            while not any(frame["t"] == "revoke" for frame in frames):
                await asyncio.sleep(0.05)
        listening_again.cancel()
        await asyncio.gather(listening_again, return_exceptions=True)
        assert [frame for frame in frames if frame["t"] == "ev" or world.topic in frame.get("heads", {})] == []


def _session(client: Client) -> str:
    return client.headers["Cookie"].partition("=")[2].partition(";")[0]


@pytest.mark.asyncio
async def test_who_is_taken_out_hears_no_more_by_any_way(cluster: Cluster):
    """Written by a process that serves no page: without Redis, only the lease of ten seconds can notice it."""
    await _leave(cluster, within=5 if POSTGRES else 15)


if POSTGRES:

    @pytest.mark.asyncio
    async def test_who_is_taken_out_while_redis_is_away_hears_no_more_within_the_lease(cluster: Cluster):
        assert cluster.redis
        cluster.redis.kill()
        try:
            await _leave(cluster, within=15)
        finally:
            cluster.redis.start()
