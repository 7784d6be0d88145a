"""The door of the server: pages over HTTP, live topics over WebSocket."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from django.core.asgi import get_asgi_application

pages = get_asgi_application()  # sets Django up: what follows may import models

from channels.routing import ProtocolTypeRouter  # noqa: E402

from config.serving import lifespan  # noqa: E402

application = ProtocolTypeRouter({"http": pages, "lifespan": lifespan})
