"""How words are found, on two engines."""

from django.apps import AppConfig


class SearchConfig(AppConfig):
    name = "search"
