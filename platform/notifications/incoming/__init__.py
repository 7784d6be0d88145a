"""Mails that come back: read, stripped of what others wrote, and handed to who knows what they answer."""

from notifications.incoming.reading import Attached, is_automatic
from notifications.incoming.receiving import Answer, NotTaken, Outcome, receive, register

__all__ = ["Answer", "Attached", "NotTaken", "Outcome", "is_automatic", "receive", "register"]
