"""What each kind of letter says.

The words are in `templates/notifications/<kind>_subject.txt` and `<kind>.txt`. The package that sends a kind may
register how its facts become what the template reads; that function runs when the letter leaves, asks the rights
again, and answers None when the reason has gone. A link that opens a door is made there, and stored nowhere.
"""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from notifications.models import Notification

Fill = Callable[[dict[str, Any]], dict[str, Any] | None]
_fills: dict[str, Fill] = {}


def register(kind: str, fill: Fill) -> None:
    """Say how the facts of a kind become the variables of its template."""
    _fills[kind] = fill


def write(notification: Notification) -> tuple[str, str] | None:
    """Subject and text of the letter, in the reader's language; None when it is no longer to be sent."""
    with translation.override(notification.language):
        fill = _fills.get(notification.kind)
        facts = fill(dict(notification.facts)) if fill else dict(notification.facts)
        if facts is None:
            return None
        words = facts | {"site_url": settings.SITE_URL}
        subject = " ".join(render_to_string(f"notifications/{notification.kind}_subject.txt", words).split())
        return subject, render_to_string(f"notifications/{notification.kind}.txt", words).strip() + "\n"
