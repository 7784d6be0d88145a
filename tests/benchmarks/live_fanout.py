"""One room of a thousand: deliveries a second, their delay, what they cost; beside a bare server and a stock consumer.

`SECONDS` and `PAGES` in the environment make it longer or smaller.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests import servers as starting
from tests.benchmarks.load import Crowd, Process, furnish, listeners, report, servers, writers
from tests.servers import free_port

SECONDS = float(os.environ.get("SECONDS", "10"))
PAGES = int(os.environ.get("PAGES", "1000"))
IN_FLIGHT = 8


@contextmanager
def slow_page_beside() -> Iterator[None]:
    """Servers started inside have `/slow/`; their arguments are otherwise the repository's."""
    usual = starting.uvicorn_arguments
    starting.uvicorn_arguments = lambda: ["tests.benchmarks.peers:with_a_slow_page", *usual()[1:]]
    try:
        yield
    finally:
        starting.uvicorn_arguments = usual


def measured(crowd: Crowd, pid: int, act: str, **given: Any) -> dict[str, Any]:
    """What came of `act`, with the processor time of the server for a thousand deliveries."""
    process = Process(pid)
    before = process.seconds
    told = crowd.ask(act, **given)
    told["server_cpu_ms_per_1000"] = round((process.seconds - before) * 1e6 / max(1, told["deliveries"]), 1)
    return told


def ours(folder: Path) -> dict[str, Any]:
    with slow_page_beside(), servers(folder) as (server,), Crowd() as crowd:
        (place,) = furnish(server, rooms=1, people=PAGES)
        assert server.process
        pid = server.process.pid
        crowd.ask("open", pages=listeners([place], [server.port], PAGES))
        crowd.ask("run", writers=writers([place], [server.port], IN_FLIGHT), seconds=2)  # warm
        posts = writers([place], [server.port], IN_FLIGHT)
        told = {"loaded": measured(crowd, pid, "run", writers=posts, seconds=SECONDS)}
        rate = 1500 / PAGES
        quiet = max(SECONDS, 20 / rate)
        told["quiet"] = measured(crowd, pid, "run", writers=posts, seconds=quiet, rate=rate)
        told["quiet_beside_slow"] = measured(
            crowd, pid, "run", writers=posts, seconds=quiet, rate=rate, slow=server.port
        )
        return told


def peer(kind: str) -> dict[str, Any]:
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "tests.benchmarks.peers", kind, str(port)])
    try:
        time.sleep(2)
        with Crowd() as crowd:
            page = {"way": "ws", "port": port, "session": "", "topic": "room", "room": 0, "path": "/"}
            crowd.ask("open", pages=[page] * PAGES)
            seconds = SECONDS if kind == "bare" else max(SECONDS, 20)
            return measured(crowd, process.pid, "shout", seconds=seconds, window=IN_FLIGHT)
    finally:
        process.kill()
        process.wait()


def run(folder: Path) -> None:
    figures = {"pages": PAGES, "ours": ours(folder), "bare": peer("bare"), "stock": peer("stock")}
    loaded, quiet, beside = (figures["ours"][name] for name in ("loaded", "quiet", "quiet_beside_slow"))
    for name, told in (("loaded", loaded), ("quiet", quiet), ("slow beside", beside)):
        print(f"{name:12} {told}")
    print(f"{'bare':12} {figures['bare']}\n{'stock':12} {figures['stock']}\n")
    ratio = {
        kind: round(loaded["deliveries_s"] / max(1, figures[kind]["deliveries_s"]), 2) for kind in ("bare", "stock")
    }
    report(
        "live-fanout",
        figures,
        {
            "deliveries_s": (loaded["deliveries_s"], ">=", 30_000),
            "loaded_p99_ms": (loaded["seen_ms"].get("p99"), "<=", 400),
            "times_bare": (ratio["bare"], ">=", 0.5),
            "times_stock": (ratio["stock"], ">=", 10),
            "stretch_deliveries_s": (loaded["deliveries_s"], ">=", 100_000),
            "stretch_cpu_ms_per_1000": (loaded["server_cpu_ms_per_1000"], "<=", 15),
            "quiet_p50_ms": (quiet["seen_ms"].get("p50"), "<=", 20),
            "quiet_p99_ms": (quiet["seen_ms"].get("p99"), "<=", 60),
            "quiet_beside_slow_p50_ms": (beside["seen_ms"].get("p50"), "<=", 20),
            "quiet_beside_slow_p99_ms": (beside["seen_ms"].get("p99"), "<=", 60),
            "missing": (loaded["missing"] + quiet["missing"] + beside["missing"], "<=", 0),
            "out_of_order": (loaded["out_of_order"] + quiet["out_of_order"] + beside["out_of_order"], "<=", 0),
        },
    )
