"""Capitalisation notes and the common reservoir."""

from django.apps import AppConfig


class ReservoirConfig(AppConfig):
    name = "reservoir"

    def ready(self) -> None:
        from reservoir import letters

        letters.register()
