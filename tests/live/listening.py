"""Pages without a browser: what a page says and hears, over the application itself."""

import json
from collections.abc import Mapping
from typing import Any

from asgiref.testing import ApplicationCommunicator
from channels.routing import ProtocolTypeRouter, URLRouter
from django.conf import settings
from django.test import Client

from live import routes

application = ProtocolTypeRouter({"websocket": URLRouter(routes.websocket), "http": URLRouter(routes.http)})
HOST = "testserver"


def session_cookie(client: Client) -> str:
    name = settings.SESSION_COOKIE_NAME
    return f"{name}={client.cookies[name].value}" if name in client.cookies else ""


def headers_for(client: Client, origin: str | None = f"http://{HOST}") -> list[tuple[bytes, bytes]]:
    headers = [(b"host", HOST.encode()), (b"cookie", session_cookie(client).encode())]
    return headers + ([(b"origin", origin.encode())] if origin else [])


class OpenPage(ApplicationCommunicator):
    """`await page.open()`, `await page.watch(topic)`, `await page.hear()`."""

    def __init__(self, client: Client, origin: str | None = f"http://{HOST}") -> None:
        scope = {
            "type": "websocket",
            "path": "/live/ws/",
            "query_string": b"",
            "headers": headers_for(client, origin),
            "subprotocols": [],
        }
        super().__init__(application, scope)

    async def open(self) -> "OpenPage":
        assert await self.knock()
        return self

    async def knock(self) -> bool:
        """Ask for a socket. Is it given?"""
        await self.send_input({"type": "websocket.connect"})
        return (await self.receive_output(5))["type"] == "websocket.accept"

    async def watch(self, *topics: str, seen: Mapping[str, tuple[int, int]] | None = None) -> dict[str, Any]:
        wanted = {topic: (seen or {}).get(topic, (0, 0)) for topic in topics}
        await self.say({"t": "watch", "proto": 1, "topics": wanted})
        return await self.hear()

    async def say(self, message: object) -> None:
        text = message if isinstance(message, str) else json.dumps(message)
        await self.send_input({"type": "websocket.receive", "text": text})

    async def hear(self) -> dict[str, Any]:
        message = await self.receive_output(5)
        assert message["type"] == "websocket.send", message
        return json.loads(message["text"])

    async def closed(self) -> int:
        """The code with which the server closes, after whatever it still says."""
        while (message := await self.receive_output(5))["type"] != "websocket.close":
            pass
        return message.get("code", 1000)

    async def leave(self) -> None:
        await self.send_input({"type": "websocket.disconnect", "code": 1001})
        await self.wait(5)
