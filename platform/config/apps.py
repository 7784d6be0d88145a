"""The roof: settings, routes, checks."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "config"

    def ready(self) -> None:
        from config import checks  # noqa: F401  registers what a deployment must satisfy
        from discussions.permissions import may_hear_channel
        from live import guards
        from workshops.permissions import may_watch_session

        guards.register("channel", may_hear_channel)
        guards.register("session", may_watch_session)
