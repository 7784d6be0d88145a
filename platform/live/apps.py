"""How open pages hear of a change."""

from django.apps import AppConfig


class LiveConfig(AppConfig):
    name = "live"
