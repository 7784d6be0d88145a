"""The three ways into the live stream, for `config.asgi`."""

from typing import Any

from django.urls import path, re_path

from live import consumers

applications: Any = consumers  # Django's types know views only

websocket = [path("live/ws/", applications.socket), re_path("", applications.nowhere)]
http = [path("live/sse/", applications.events), path("live/poll/", applications.poll)]
