"""How the server is started, wherever that happens: the demonstration, the journeys, docs/operations.md."""

import asyncio
import fcntl
import gc
from importlib import import_module
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from config.checks import refuse_to_serve_unsafely
from config.rounds import go_rounds
from live.hub import hub

# Measured choices (architecture.md 5): the cheapest transport; small frames, no deflate, no 16 MiB surprise;
# ten seconds to say goodbye. No access log: paths carry invitation tokens, and the proxy has its own log.
UVICORN = {
    "loop": "uvloop",
    "http": "httptools",
    "ws": "live.protocol:Protocol",
    "ws-max-size": "65536",
    "ws-per-message-deflate": "false",
    "ws-ping-interval": "20",
    "ws-ping-timeout": "15",
    "timeout-graceful-shutdown": "10",
    "lifespan": "on",
    "log-level": "warning",
}


def uvicorn_arguments() -> list[str]:
    """What follows `python -m uvicorn`, but the address to listen at."""
    options = [part for name, value in UVICORN.items() for part in (f"--{name}", value)]
    return ["config.asgi:application", *options, "--no-access-log", "--no-server-header"]


def take_alone() -> IO[bytes] | None:
    """Keep a second server away from the same SQLite file: it would not hear of this one's events.

    The lock is the process's, and goes with it however it ends. Commands need none: their writes wait their turn.
    """
    database = settings.DATABASES["default"]
    if database["ENGINE"] != "config.sqlite" or ":memory:" in str(database["NAME"]):
        return None
    lock = Path(f"{database['NAME']}.server").open("ab")  # noqa: SIM115  kept until the process ends
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        raise ImproperlyConfigured(
            f"Another server already runs on {database['NAME']}. SQLite is for one process: end the other one, or set "
            "DATABASE_URL to a PostgreSQL database and REDIS_URL."
        ) from None
    return lock


def collect_seldom() -> None:
    """Look for cycles in what requests leave behind, not in all that the process has loaded.

    Measured on posts in many rooms at once: a quarter of the processor went into collections.
    """
    import_module(settings.ROOT_URLCONF)  # which loads every view, as the first request would
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


async def lifespan(scope: Any, receive: Any, send: Any) -> None:
    """Refuse to start with settings that nobody may serve real people with, or twice; begin and end the live layer."""
    lock, rounds = None, None
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            try:
                refuse_to_serve_unsafely()
                lock = take_alone()
            except ImproperlyConfigured as reason:
                await send({"type": "lifespan.startup.failed", "message": str(reason)})
                return
            collect_seldom()
            hub.start()
            hub.drain_on_signals()
            if not settings.WORKER:
                rounds = asyncio.create_task(go_rounds())
            await send({"type": "lifespan.startup.complete"})
        else:
            await hub.stop()
            if rounds:
                rounds.cancel()
            if lock:
                lock.close()
            await send({"type": "lifespan.shutdown.complete"})
            return
