"""The way out of optional mails, in one click and without signing in: a signed link that can do nothing else."""

from uuid import UUID

from django.conf import settings
from django.core import signing
from django.urls import reverse

from accounts.models import User
from notifications import decision
from notifications.models import Notification

_SALT = "notifications.unsubscribe"


def link(notification: Notification) -> str:
    """The address that stops this person's optional mails; empty in a letter that nobody can do without."""
    if notification.person_id is None or notification.kind in decision.NECESSARY:
        return ""
    return settings.SITE_URL + reverse("notifications:unsubscribe", args=[token_of(notification.person_id)])


def token_of(person: UUID) -> str:
    return signing.Signer(salt=_SALT).sign(person.hex)


def person_of(token: str) -> User | None:
    """Whose mails a token stops; None for one that we did not make."""
    try:
        return User.objects.filter(pk=UUID(hex=signing.Signer(salt=_SALT).unsign(token))).first()
    except (signing.BadSignature, ValueError):
        return None
