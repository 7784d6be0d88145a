"""What a person should know, and how it reaches them."""

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "notifications"
