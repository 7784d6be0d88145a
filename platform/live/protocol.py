"""uvicorn's WebSocket protocol, which lets the hub write to its transport (see `serving.UVICORN`)."""

import socket

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

EXTENSION = "live.transport"
#: Bytes of a socket that the kernel may keep for a page that does not read; its default is several megabytes.
KERNEL = 128 * 1024


class Protocol(WebSocketsSansIOProtocol):
    """Puts its transport into the scope, and does not wait for a peer that has stopped answering."""

    async def run_asgi(self) -> None:
        self.transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, KERNEL)
        self.scope["extensions"][EXTENSION] = {"transport": self.transport}
        await super().run_asgi()

    def keepalive_timeout(self) -> None:
        super().keepalive_timeout()
        self.transport.abort()  # closing would wait until a dead peer has read its buffer
