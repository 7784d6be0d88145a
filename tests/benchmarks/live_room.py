"""A cohort's room, many writers, many rooms, and what an open page costs: two processes on PostgreSQL with Redis.

On SQLite one process does the same, and the goals that are about two processes are only reported.
"""

import os
from pathlib import Path
from typing import Any

from tests.benchmarks.load import Crowd, Process, furnish, listeners, report, servers, writers

SECONDS = float(os.environ.get("SECONDS", "15"))
IDLE = int(os.environ.get("IDLE", "2000"))
PRODUCTION = os.environ["DATABASE_URL"].startswith("postgres") and bool(os.environ.get("REDIS_URL"))


def cohort(crowd: Crowd, made: list[Any], ports: list[int], way: str) -> dict[str, Any]:
    """50 people, 20 messages a second."""
    places = furnish(made[0], rooms=1, people=50)
    crowd.ask("open", pages=listeners(places, ports, 50, way))
    crowd.ask("run", writers=writers(places, ports, 10), seconds=1)  # warm
    told = crowd.ask("run", writers=writers(places, ports, 50), seconds=SECONDS, rate=20)
    crowd.ask("leave")
    return told


def together(crowd: Crowd, made: list[Any], ports: list[int]) -> dict[str, Any]:
    """50 people who all post at once in one room, as fast as they are answered."""
    places = furnish(made[0], rooms=1, people=50)
    crowd.ask("open", pages=listeners(places, ports, 50))
    crowd.ask("run", writers=writers(places, ports, 50), seconds=1)  # warm
    told = crowd.ask("run", writers=writers(places, ports, 50), seconds=SECONDS)
    crowd.ask("leave")
    return told


def many_rooms(crowd: Crowd, made: list[Any], ports: list[int], rooms: int, pages: int, rate: float) -> dict[str, Any]:
    places = furnish(made[0], rooms=rooms, people=pages)
    crowd.ask("open", pages=listeners(places, ports, pages))
    told = crowd.ask("run", writers=writers(places, ports, 5), seconds=SECONDS, rate=rate)
    crowd.ask("leave")
    return told


def cost(crowd: Crowd, made: list[Any]) -> dict[str, Any]:
    """Memory of an open page, processor of many that do nothing."""
    server = made[0]
    process = Process(server.process.pid)
    (place,) = furnish(server, rooms=1, people=IDLE)
    pages = listeners([place], [server.port], IDLE)
    crowd.ask("open", pages=pages[:100])  # what the process takes once, for anyone
    before = process.kib
    crowd.ask("open", pages=pages[100:])
    crowd.ask("rest", seconds=12)  # past the first lease
    told: dict[str, Any] = {"kib_a_page": round((process.kib - before) / (len(pages) - 100), 1)}
    used = process.seconds
    quiet = max(30, SECONDS)  # two heartbeats, three leases
    crowd.ask("rest", seconds=quiet)
    told["idle_percent_of_a_core"] = round((process.seconds - used) / quiet * 100, 2)
    crowd.ask("leave")
    return told


def storm(crowd: Crowd, made: list[Any], ports: list[int]) -> dict[str, Any]:
    """300 pages cut at once, which come back as a browser does and have missed twenty messages."""
    places = furnish(made[0], rooms=1, people=300)
    crowd.ask("open", pages=listeners(places, ports, 300))
    told = crowd.ask("storm", missed=20, writers=writers(places, ports, 1), jitter=0.5)
    crowd.ask("leave")
    return told


def run(folder: Path) -> None:
    figures: dict[str, Any] = {"processes": 2 if PRODUCTION else 1}
    with servers(folder, figures["processes"]) as made, Crowd() as crowd:
        ports = [server.port for server in made]

        def measure(name: str, told: dict[str, Any]) -> dict[str, Any]:
            figures[name] = told
            print(f"{name:12} {told}", flush=True)
            return told

        ws, sse, poll = (measure(way, cohort(crowd, made, ports, way)) for way in ("ws", "sse", "poll"))
        writing = measure("writers", together(crowd, made, ports))
        l1 = measure("L1", many_rooms(crowd, made, ports, rooms=5, pages=30, rate=20))
        l2 = measure("L2", many_rooms(crowd, made, ports, rooms=15, pages=20, rate=50))
        l3 = measure("L3", many_rooms(crowd, made, ports, rooms=15, pages=20, rate=100))
        idle = measure("cost", cost(crowd, made))
        back = measure("storm", storm(crowd, made, ports))
    seen = {name: told["seen_ms"] for name, told in figures.items() if isinstance(told, dict) and "seen_ms" in told}
    ack = {name: figures[name]["acknowledged_ms"] for name in seen}
    report(
        "live-room",
        figures,
        {
            "cohort_seen_p50_ms": (seen["ws"].get("p50"), "<=", 40),
            "cohort_seen_p95_ms": (seen["ws"].get("p95"), "<=", 100),
            "cohort_post_p95_ms": (ack["ws"].get("p95"), "<=", 60),
            "sse_seen_p95_ms": (sse["seen_ms"].get("p95"), "<=", 150),
            "poll_seen_p95_ms": (poll["seen_ms"].get("p95"), "<=", 400),
            "writers_a_second": (writing["messages_s"], ">=", 120),
            "writers_p99_ms": (ack["writers"].get("p99"), "<=", 600),
            "L1_acknowledged_p95_ms": (ack["L1"].get("p95"), "<=", 150),
            "L1_seen_p95_ms": (seen["L1"].get("p95"), "<=", 300),
            "L2_acknowledged_p95_ms": (ack["L2"].get("p95"), "<=", 150),
            "L2_seen_p95_ms": (seen["L2"].get("p95"), "<=", 300),
            "L3_seen_p95_ms": (seen["L3"].get("p95"), "<=", 500),
            "kib_a_page": (idle["kib_a_page"], "<=", 60),
            "idle_percent_of_a_core": (idle["idle_percent_of_a_core"], "<=", 3),
            "storm_caught_up": (back["caught_up"], ">=", 300),
            "storm_seconds": (back["seconds"], "<=", 5),
            "refused": (sum(told["refused"] for told in (ws, sse, poll, writing, l1, l2, l3)), "<=", 0),
            "missing": (sum(told["missing"] for told in (ws, sse, poll, writing, l1, l2, l3)), "<=", 0),
            "out_of_order": (sum(told["out_of_order"] for told in (ws, sse, poll, writing, l1, l2, l3)), "<=", 0),
        },
    )
