"""The roof: settings, routes, checks."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "config"
