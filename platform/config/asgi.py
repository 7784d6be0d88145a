"""The door of the server: pages over HTTP, live topics over WebSocket, server-sent events and long-poll."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup(set_prefix=False)  # what follows may import models

from channels.routing import ProtocolTypeRouter, URLRouter  # noqa: E402
from django.urls import re_path  # noqa: E402

from config.pages import Pages  # noqa: E402
from config.serving import lifespan  # noqa: E402
from live import routes  # noqa: E402

application = ProtocolTypeRouter(
    {
        "http": URLRouter([*routes.http, re_path("", Pages())]),  # type: ignore[arg-type]  # an ASGI application
        "websocket": URLRouter(routes.websocket),
        "lifespan": lifespan,
    }
)
