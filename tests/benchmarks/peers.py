"""What a room is compared with: a bare broadcast server, the consumer that everybody writes first; and our own
application with a slow page beside it. `python -m tests.benchmarks.peers bare PORT`.
"""

import asyncio
import sys
import time
from contextlib import suppress
from typing import Any


async def bare(port: int) -> None:
    """The `websockets` library and nothing else."""
    from websockets.asyncio.server import ServerConnection, broadcast, serve
    from websockets.exceptions import ConnectionClosed

    pages: set[ServerConnection] = set()

    async def page(socket: ServerConnection) -> None:
        pages.add(socket)
        with suppress(ConnectionClosed):
            async for message in socket:
                if isinstance(message, str) and message.startswith('{"t":"watch"'):
                    await socket.send('{"t":"welcome"}')
                else:
                    broadcast(pages, message)
        pages.discard(socket)

    async with serve(page, "127.0.0.1", port, compression=None):
        await asyncio.Future()


def stock() -> Any:
    """Django Channels as its tutorial teaches it: a channel-layer channel for each socket, and `group_send`."""
    from django.conf import settings

    settings.configure(CHANNEL_LAYERS={"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}})
    from channels.generic.websocket import AsyncJsonWebsocketConsumer
    from channels.routing import ProtocolTypeRouter

    class Consumer(AsyncJsonWebsocketConsumer):
        async def connect(self) -> None:
            await self.channel_layer.group_add("room", self.channel_name)
            await self.accept()

        async def disconnect(self, code: int) -> None:
            await self.channel_layer.group_discard("room", self.channel_name)

        async def receive_json(self, content: Any, **kwargs: Any) -> None:
            if content["t"] == "watch":
                await self.send_json({"t": "welcome"})
            else:
                await self.channel_layer.group_send("room", {"type": "told", "content": content})

        async def told(self, event: Any) -> None:
            await self.send_json(event["content"])

        @classmethod
        async def encode_json(cls, content: Any) -> str:
            import json

            return json.dumps(content, separators=(",", ":"), ensure_ascii=False)

    return ProtocolTypeRouter({"websocket": Consumer.as_asgi()})


async def with_a_slow_page(scope: Any, receive: Any, send: Any) -> None:
    """Our application, where `/slow/` keeps a thread for a quarter of a second as a heavy page or query would."""
    from asgiref.sync import sync_to_async

    from config.asgi import application

    if scope.get("path") != "/slow/":
        await application(scope, receive, send)
        return
    await sync_to_async(time.sleep)(0.25)
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body", "body": b""})


if __name__ == "__main__":
    import uvloop

    kind, port = sys.argv[1], int(sys.argv[2])
    if kind == "bare":
        uvloop.run(bare(port))
    else:
        import uvicorn

        uvicorn.run(
            stock(),
            host="127.0.0.1",
            port=port,
            ws="websockets-sansio",
            ws_per_message_deflate=False,
            log_level="error",
        )
