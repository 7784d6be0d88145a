"""How pages look: pieces, icons, typography."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "ui"
