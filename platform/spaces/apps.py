"""Who is together, in which role, who may see what."""

from django.apps import AppConfig


class SpacesConfig(AppConfig):
    name = "spaces"
