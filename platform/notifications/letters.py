"""What each kind of letter says.

The words are in `templates/notifications/<kind>_subject.txt` and `<kind>.txt`. The package that sends a kind may
register how its facts become what the template reads; that function runs when the letter leaves, asks the rights
again, and answers None when the reason has gone. A link that opens a door is made there, and stored nowhere.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from notifications import unsubscribing
from notifications.models import Notification

Fill = Callable[[dict[str, Any]], dict[str, Any] | None]
_fills: dict[str, Fill] = {}
Gathered = Callable[[Notification], "Letter | None"]
_gathered: dict[str, Gathered] = {}
_GAPS = re.compile(r"\n{3,}")  # what tags of a template leave


@dataclass(frozen=True)
class Letter:
    """A letter as it leaves."""

    subject: str
    text: str
    html: str
    reply_to: str = ""
    headers: dict[str, str] = field(default_factory=dict)


def register(kind: str, fill: Fill) -> None:
    """Say how the facts of a kind become the variables of its template."""
    _fills[kind] = fill


def register_gathered(kind: str, write_it: Gathered) -> None:
    """Say who writes the letters of a kind that gathers notifications."""
    _gathered[kind] = write_it


def write(notification: Notification) -> Letter | None:
    """The letter, in the reader's language; None when it is no longer to be sent."""
    with translation.override(notification.language):
        if write_it := _gathered.get(notification.kind):
            return write_it(notification)
        words = _words(notification)
        if words is None:
            return None
        text = render_to_string(f"notifications/{notification.kind}.txt", words).strip() + "\n"
        return drawn(notification, _subject(notification, words), text, "notifications/letter.html", {"text": text})


def subject(notification: Notification) -> str:
    """The subject of the letter in the current language; empty when its reason has gone."""
    words = _words(notification)
    return "" if words is None else _subject(notification, words)


def drawn(
    notification: Notification, subject: str, text: str, template: str, words: dict[str, Any], **rest: Any
) -> Letter:
    """A letter with its page, and the way out of all optional mail when it is one of them."""
    leave = unsubscribing.link(notification)
    words = words | {"subject": subject, "site_url": settings.SITE_URL, "leave": leave}
    if leave:
        text += "\n" + render_to_string("notifications/leave.txt", words).strip() + "\n"
        rest["headers"] = rest.get("headers", {}) | {
            "List-Unsubscribe": f"<{leave}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        }
    return Letter(subject, _GAPS.sub("\n\n", text), render_to_string(template, words), **rest)


def _words(notification: Notification) -> dict[str, Any] | None:
    facts = dict(notification.facts)
    fill = _fills.get(notification.kind)
    filled = fill(facts) if fill else facts
    return None if filled is None else filled | {"site_url": settings.SITE_URL}


def _subject(notification: Notification, words: dict[str, Any]) -> str:
    return " ".join(render_to_string(f"notifications/{notification.kind}_subject.txt", words).split())
