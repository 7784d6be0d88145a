"""Two hundred pages, ten writers, one minute, one fault after the other: nothing lost, nothing twice, one order.

On PostgreSQL with Redis and two processes, then on SQLite with one (`PROFILES=postgres` for the first alone). Every
service is a private one. The last line is JSON: goals, figures, and whether they are met.
"""

import asyncio
import json
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.reliability.checker import wrong
from tests.reliability.client import Client, Slow, World
from tests.reliability.cluster import Cluster
from tests.reliability.nemesis import Fault, Nemesis
from tests.reliability.runs import caught_up, conclude, listening, talk

CLIENTS = int(os.environ.get("CLIENTS", "200"))
SENDERS = 10
EVERY = 0.75  # seconds between two messages of one sender
SECONDS = 60.0
AWAY = 30.0  # seconds that one client is offline
FLOOD = 800  # messages of 6 kB in the channel of the slow page: more than the network keeps for it
GOALS = {"lost_or_twice_or_disordered": 0, "caught_up_s": 5.0, "last_message_s": 20.0, "exit_s": 10.0, "slow_cut": True}


def run(folder: Path) -> None:
    figures = {}
    for profile in os.environ.get("PROFILES", "postgres,sqlite").split(","):
        with Cluster(folder / profile, postgres=profile == "postgres") as cluster:
            figures[profile] = asyncio.run(_minute(cluster))
            figures[profile]["tracebacks"] = cluster.troubles()
    met = all(_meets(one) for one in figures.values())
    print(json.dumps({"bench": "live-faults", "goals": GOALS, "measured": figures, "met": met}))


def _meets(figures: dict[str, Any]) -> bool:
    return (
        not figures["wrong"]
        and max(figures["caught_up_s"].values()) <= GOALS["caught_up_s"]
        and figures["last_message_s"] <= GOALS["last_message_s"]
        and max(figures["exit_s"]) <= GOALS["exit_s"]
        and figures["slow_cut"]
    )


async def _minute(cluster: Cluster) -> dict[str, Any]:
    made = await asyncio.to_thread(cluster.rows, "make", str(CLIENTS))
    urls = [server.url for server in cluster.servers]
    world, aside = World.of(urls, made), World.of(urls, made, channel=1)
    clients = [Client(world, someone, _way(number)) for number, someone in enumerate(made["people"])]
    nemesis, stop, began = Nemesis(cluster), asyncio.Event(), time.monotonic()
    traveller = clients[-1]
    async with listening(*clients):
        talking = [asyncio.create_task(talk(client, stop, EVERY)) for client in clients[:SENDERS]]
        away = asyncio.create_task(_travel(traveller, nemesis))
        await _faults(nemesis, began)
        await away
        slow_cut = await _slow_page(aside, made["people"])
        await asyncio.sleep(max(0.0, began + SECONDS - time.monotonic()))
        stop.set()
        await asyncio.gather(*talking)
        await caught_up(clients, world.history.head_acknowledged_at(time.monotonic()), within=30)
        last = await _last_message(nemesis, clients, world)
        await asyncio.sleep(5)
    for one in (world, aside):
        await conclude(cluster, one)
    return {
        "clients": len(clients),
        "messages": len(world.history.attempts),
        "shown": sum(len(view.shown) for view in world.history.views),
        "wrong": (wrong(world.history) + wrong(aside.history))[:20],
        "caught_up_s": _caught_up(nemesis.faults, clients, traveller),
        "last_message_s": round(last, 1),
        "exit_s": [round(seconds, 1) for seconds in nemesis.exits],
        "slow_cut": slow_cut,
        "ack_wait_s": _ack_waits(nemesis.faults, world, traveller),
    }


def _way(number: int) -> str:
    """Most pages have a socket; one in ten streams, one in twenty polls."""
    return "poll" if number % 20 == 19 else "sse" if number % 10 == 4 else "ws"


async def _faults(nemesis: Nemesis, began: float) -> None:
    """One after the other, with time between to see everybody back."""

    async def at(second: float) -> None:
        await asyncio.sleep(max(0.0, began + second - time.monotonic()))

    await at(2)
    await nemesis.kill_server(0)
    if nemesis.cluster.redis:
        await at(10)
        await nemesis.stop_redis(5)
        await at(21)
        await nemesis.restart_postgres()
        await at(28)
        await nemesis.cut_connections()
        await at(38)
        await nemesis.freeze_redis(5)
        await nemesis.empty_redis()
    else:
        await at(15)
        await nemesis.kill_server(0, down=3)
    await at(49)
    await nemesis.restart_one_by_one()


async def _travel(traveller: Client, nemesis: Nemesis) -> None:
    """Offline for half of the minute; what is written meanwhile leaves on the way back, once."""
    began = time.monotonic()
    network = asyncio.create_task(traveller.offline(AWAY))
    await asyncio.sleep(1)
    for number in range(3):
        await traveller.send(f"écrit dans le train, {number}")
    await network
    nemesis.faults.append(Fault("F11 offline", began, began + AWAY))


async def _slow_page(world: World, people: Sequence[dict[str, str]]) -> bool:
    """A page that reads nothing while its channel is busy (F9): was it cut off, and did it then get all of it?"""
    client, talkers = Client(world, people[0]), [Client(world, someone) for someone in people[1:21]]
    for talker in talkers:
        world.history.views.remove(talker.view)  # they only talk there
    stop = asyncio.Event()
    words = " mot" * 1500
    flood = [asyncio.create_task(_flood(talker, stop, words)) for talker in talkers]
    until = time.monotonic() + 90
    code = await Slow(client).read_nothing(lambda: len(world.history.acks) >= FLOOD or time.monotonic() > until)
    stop.set()
    await asyncio.gather(*flood)
    async with listening(client):
        await caught_up([client], world.history.head_acknowledged_at(time.monotonic()), within=30)
    return code != 0


async def _flood(client: Client, stop: asyncio.Event, words: str) -> None:
    number = 0
    while not stop.is_set():
        await client.send(f"{(number := number + 1)} de {client.person}{words}")
        await asyncio.sleep(0.2)


async def _last_message(nemesis: Nemesis, clients: Sequence[Client], world: World) -> float:
    """A message during an outage, and nothing after it: seconds from the end of the outage until all have it."""
    if nemesis.cluster.redis:
        outage = asyncio.create_task(nemesis.stop_redis(1))
        await asyncio.sleep(0.3)
    else:
        outage = asyncio.create_task(nemesis.kill_server(0))
        await asyncio.sleep(0.1)
    last, _ = await asyncio.gather(clients[0].send("le dernier mot"), outage)
    nemesis.faults.pop()
    return await caught_up(clients, last.seq, within=30)


def _caught_up(faults: Sequence[Fault], clients: Sequence[Client], traveller: Client) -> dict[str, float]:
    """For each fault, seconds after its end until the last client had shown what was acknowledged by then."""
    slowest: dict[str, float] = {}
    for fault in faults:
        head = clients[0].world.history.head_acknowledged_at(fault.ended)
        concerned = [traveller] if fault.name.startswith("F11") else [one for one in clients if one is not traveller]
        times = [next(shown.at for shown in one.view.shown if shown.seq >= head) - fault.ended for one in concerned]
        slowest[fault.name] = round(max(0.0, *times, slowest.get(fault.name, 0.0)), 2)
    return slowest


def _ack_waits(faults: Sequence[Fault], world: World, traveller: Client) -> dict[str, float]:
    """For each fault, the longest that a message waited for its acknowledgement."""
    first: dict[str, float] = {}
    for ack in world.history.acks:
        first[ack.client_id] = min(ack.at, first.get(ack.client_id, ack.at))
    waits = {
        attempt.at: first[attempt.client_id] - attempt.at
        for attempt in world.history.attempts.values()
        if attempt.author != traveller.person
    }
    return {
        fault.name: round(max((wait for at, wait in waits.items() if fault.began - 2 < at < fault.ended), default=0), 1)
        for fault in faults
        if not fault.name.startswith("F11")
    }
