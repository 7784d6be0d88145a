"""What every page knows of what its reader is told."""

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from live.publish import last_seq
from notifications.models import Notification

#: Beyond, the bell says « 99+ ».
MOST = 100


def bell(request: HttpRequest) -> dict[str, object]:
    """`untold`: how many things wait unread. `person_seq`: from where the page hears her own topic.

    Both are asked of the database by the pages that show them.
    """
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"untold": 0, "person_seq": 0}
    return {
        "untold": SimpleLazyObject(lambda: count(user)),
        "person_seq": SimpleLazyObject(lambda: last_seq(f"person:{user.pk}")),
    }


def count(user: object) -> int:
    return Notification.objects.visible_to(user).unread()[:MOST].count()  # type: ignore[arg-type]
