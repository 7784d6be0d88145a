"""Faults in the middle of a conversation, on real servers: what was acknowledged is there, once, in one order.

`make bench NAME=live-faults` does the same for a minute with two hundred clients, and more faults.
"""

import asyncio
import time
from uuid import uuid4

import httpx
import pytest

from tests.reliability.checker import wrong
from tests.reliability.client import Client, World
from tests.reliability.cluster import Cluster
from tests.reliability.conftest import POSTGRES
from tests.reliability.nemesis import Nemesis
from tests.reliability.runs import caught_up, conclude, listening, talk

WAYS = ("ws", "ws", "sse", "poll")


@pytest.mark.asyncio
async def test_a_conversation_goes_on_through_kills_restarts_and_repeated_sends(cluster: Cluster):
    made = cluster.rows("make", "12")
    world = World.of([server.url for server in cluster.servers], made)
    clients = [Client(world, someone, WAYS[n % 4]) for n, someone in enumerate(made["people"])]
    nemesis, stop = Nemesis(cluster), asyncio.Event()
    async with listening(*clients):
        talking = [asyncio.create_task(talk(client, stop, 0.2)) for client in clients[:4]]
        away = asyncio.create_task(clients[-1].offline(5))
        await asyncio.sleep(0.5)
        await nemesis.kill_server(0)
        if POSTGRES:
            await nemesis.stop_redis(1)
            await nemesis.empty_redis()
            await nemesis.cut_connections(times=1)
            await nemesis.restart_postgres()
        await nemesis.restart_one_by_one()
        await away
        while len(world.history.attempts) < 24:
            await asyncio.sleep(0.1)
        stop.set()
        await asyncio.gather(*talking)
        await caught_up(clients, world.history.head_acknowledged_at(time.monotonic()), within=20)
    await conclude(cluster, world)
    assert wrong(world.history) == []
    assert len(world.history.acks) > len(world.history.attempts)  # some were sent several times
    assert max(nemesis.exits) < 10


@pytest.mark.asyncio
async def test_one_decision_to_send_is_one_message_however_often_it_arrives(cluster: Cluster):
    made = cluster.rows("make", "2")
    world = World.of([server.url for server in cluster.servers], made)
    client = Client(world, made["people"][0])
    await asyncio.gather(*(client.send(f"message {n}", copies=2 + n % 4) for n in range(20)))
    once = str(uuid4())
    url = f"{world.urls[0]}/fils/{world.channel}/messages/"
    form = {key: value for key, value in client.headers.items() if key != "Accept"}
    data = {"body": "Un formulaire, trois fois", "client_id": once}
    clicks = await asyncio.gather(*(world.http.post(url, data=data, headers=form) for _ in range(3)))
    other = await world.http.post(url, data={"body": "Autre chose", "client_id": once}, headers=client.headers)
    told = await asyncio.to_thread(cluster.rows, "read", world.channel)
    assert {answer.status_code for answer in clicks} == {302}
    assert other.status_code == 409
    assert sorted(body for *_, body in told["messages"]) == sorted(
        [f"message {n}" for n in range(20)] + ["Un formulaire, trois fois"]
    )
    assert {ack.client_id for ack in world.history.acks} == set(world.history.attempts)
    assert len({(ack.client_id, ack.seq) for ack in world.history.acks}) == 20
    await world.http.aclose()


if POSTGRES:  # without a server apart from ours, the database is away only when the disk is

    @pytest.mark.asyncio
    async def test_while_the_database_is_away_nothing_is_acknowledged_and_a_person_is_told(cluster: Cluster):
        made = cluster.rows("make", "2")
        world = World.of([server.url for server in cluster.servers], made)
        client = Client(world, made["people"][0])
        await client.send("avant")
        assert cluster.postgres
        cluster.postgres.cut_off()
        try:
            for server in cluster.servers:
                since = time.monotonic()
                url = f"{server.url}/fils/{world.channel}/messages/"
                data = {"body": "pendant", "client_id": str(uuid4())}
                answer = await world.http.post(url, data=data, headers=client.headers)
                assert answer.status_code == 503
                assert "Vos mots ne sont pas partis" in answer.json()["error"]
                assert time.monotonic() - since < 3
                page = await world.http.post(url, data=data, headers=client.headers | {"Accept": "text/html"})
                assert page.status_code == 503
                assert "pendant" in page.text
                ready, healthy = [await world.http.get(f"{server.url}/{name}") for name in ("readyz", "healthz")]
                assert (ready.status_code, healthy.status_code) == (503, 200)
                assert ready.json()["missing"] == ["database"]
        finally:
            cluster.postgres.start()
        since = time.monotonic()
        await client.send("après")
        assert time.monotonic() - since < 10
        told = await asyncio.to_thread(cluster.rows, "read", world.channel)
        assert [body for *_, body in told["messages"]] == ["avant", "après"]
        ready = await _soon_ready(world.http, cluster.servers[0].url)
        assert ready.json()["missing"] == []
        await world.http.aclose()


async def _soon_ready(http: httpx.AsyncClient, url: str) -> httpx.Response:
    async with asyncio.timeout(10):
        while (answer := await http.get(f"{url}/readyz")).status_code != 200:
            await asyncio.sleep(0.1)
    return answer
