"""Background work of workshops."""

from django.utils import timezone
from django_tasks import task

from workshops.actions import erase_content
from workshops.models import CodevSession


@task()
def erase_session_content() -> int:
    """Erase the words of every session whose time has come; run once a day. Returns how many were erased."""
    due = CodevSession.objects.to_erase(timezone.now()).order_by("pk")
    for session in due:
        erase_content(session=session)
    return len(due)
