"""When a sign-in ends or a person changes, her open pages are asked for again at once, not at the next lease."""

from typing import Any

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from live.publish import recheck
from live.sessions import owner_of


@receiver(post_delete, sender=Session)
def _session_ended(instance: Session, **kwargs: Any) -> None:
    """Signed out, here or from the list of devices; or the password was changed, which renews the session."""
    if person_pk := owner_of(instance):
        recheck(person_pk)


@receiver(post_save, sender=settings.AUTH_USER_MODEL)
def _person_changed(instance: Any, created: bool, update_fields: frozenset[str] | None, **kwargs: Any) -> None:
    """Deactivated, another password, no longer an administrator."""
    if not created and update_fields != {"last_login"}:
        recheck(instance.pk)
