"""Pages made of several features."""

from django.apps import AppConfig


class HomeConfig(AppConfig):
    name = "home"
