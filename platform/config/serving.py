"""How the server is started, wherever that happens: the demonstration, the journeys, docs/operations.md."""

from typing import Any

from django.core.exceptions import ImproperlyConfigured

from config.checks import refuse_to_serve_unsafely
from live.hub import hub

# Measured choices (architecture.md 5): the cheapest transport; small frames, no deflate, no 16 MiB surprise;
# ten seconds to say goodbye. No access log: paths carry invitation tokens, and the proxy has its own log.
UVICORN = {
    "loop": "uvloop",
    "http": "httptools",
    "ws": "websockets-sansio",
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


async def lifespan(scope: Any, receive: Any, send: Any) -> None:
    """Refuse to start with settings that nobody may serve real people with; begin and end the live layer."""
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            try:
                refuse_to_serve_unsafely()
            except ImproperlyConfigured as reason:
                await send({"type": "lifespan.startup.failed", "message": str(reason)})
                return
            hub.start()
            hub.drain_on_signals()
            await send({"type": "lifespan.startup.complete"})
        else:
            await hub.stop()
            await send({"type": "lifespan.shutdown.complete"})
            return
