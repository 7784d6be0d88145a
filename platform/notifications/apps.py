"""What a person should know, and how it reaches them."""

from typing import Any

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_out


class NotificationsConfig(AppConfig):
    name = "notifications"

    def ready(self) -> None:
        from anymail.signals import inbound

        from notifications import gathering, letters
        from notifications.decision import DIGEST, NEWS
        from notifications.incoming.doors import from_provider

        letters.register_gathered(NEWS, gathering.write_news)
        letters.register_gathered(DIGEST, gathering.write_digest)
        inbound.connect(from_provider, dispatch_uid="notifications.from_provider")
        user_logged_out.connect(forget_browser, dispatch_uid="notifications.forget_browser")


def forget_browser(request: Any, user: Any, **facts: Any) -> None:
    """Whoever signs out of a browser is no longer told anything by it: the next person may not be the same."""
    from notifications import actions, views

    browser = request.session.get(views.BROWSER) if request and user else None
    if browser is not None:
        actions.stop_push(person=user, pk=browser)
