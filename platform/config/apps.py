"""The roof: settings, routes, checks."""

from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "config"

    def ready(self) -> None:
        from config import (
            checks,  # noqa: F401  registers what a deployment must satisfy
            endings,  # noqa: F401  listens to sessions that end
        )
        from discussions.permissions import hearers_of_channel, may_hear_channel
        from live import guards
        from notifications.permissions import may_hear_person
        from workshops.permissions import may_watch_session

        guards.register("channel", may_hear_channel, hearers_of_channel)
        guards.register("person", may_hear_person)
        guards.register("session", may_watch_session)
