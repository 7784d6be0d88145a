"""What every page knows of talk."""

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from discussions import unread


def talk(request: HttpRequest) -> dict[str, object]:
    """`unread_total`: how much waits for whoever is signed in; asked of the database by the pages that show it."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {"unread_total": 0}
    return {"unread_total": SimpleLazyObject(lambda: unread.total(user))}
