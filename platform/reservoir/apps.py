"""Capitalisation notes and the common reservoir."""

from django.apps import AppConfig


class ReservoirConfig(AppConfig):
    name = "reservoir"
