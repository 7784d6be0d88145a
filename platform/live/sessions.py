"""Who is behind a connection: the same session as on the pages, read without Django's request cycle."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import SESSION_KEY, get_user, get_user_model
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.http import HttpRequest, parse_cookie
from django.http.request import split_domain_port, validate_host
from django.utils import timezone

AT_ONCE = 500  # sessions in one query
#: What a sign-in stands and falls with, besides its session.
ASKED = ("password", "is_active", "is_staff", "is_superuser")


@dataclass(frozen=True, eq=False)
class SignIn:
    """A session of a person, and what the database said when both were last compared."""

    key: str
    person: Any
    mark: tuple[Any, ...]


class _OnlyRead(dict[str, Any]):
    """A session's content that Django's own check may not change."""

    def flush(self) -> None:
        pass

    cycle_key = flush


def headers_of(scope: Mapping[str, Any]) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}


def session_key_of(headers: Mapping[str, str]) -> str:
    return parse_cookie(headers.get("cookie", "")).get(settings.SESSION_COOKIE_NAME, "")


def sign_in_of(session_key: str) -> SignIn | None:
    """Who is signed in under this session, as she stands in the database now; None when nobody is."""
    row = (
        Session.objects.filter(session_key=session_key, expire_date__gt=timezone.now()).first() if session_key else None
    )
    if row is None:
        return None
    request = HttpRequest()
    request.session = _OnlyRead(row.get_decoded())  # type: ignore[assignment]
    person = get_user(request)
    if not person.is_authenticated:
        return None
    return SignIn(session_key, person, (row.session_data, *(getattr(person, name) for name in ASKED)))


def renewed(sign_ins: Collection[SignIn]) -> dict[SignIn, SignIn | None]:
    """Each sign-in as it stands now, in two queries for those where nothing has changed."""
    keys = list({one.key for one in sign_ins})
    people = list({one.person.pk for one in sign_ins})
    sessions: dict[str, str] = {}
    marks: dict[Any, tuple[Any, ...]] = {}
    for start in range(0, len(keys), AT_ONCE):
        alive = Session.objects.filter(session_key__in=keys[start : start + AT_ONCE], expire_date__gt=timezone.now())
        sessions.update(alive.values_list("session_key", "session_data"))
    for start in range(0, len(people), AT_ONCE):
        found = get_user_model().objects.filter(pk__in=people[start : start + AT_ONCE])
        marks.update({row[0]: row[1:] for row in found.values_list("pk", *ASKED)})

    def now(one: SignIn) -> SignIn | None:
        if one.key not in sessions:
            return None
        same = (sessions[one.key], *marks.get(one.person.pk, ())) == one.mark
        return one if same else sign_in_of(one.key)

    return {one: now(one) for one in sign_ins}


def owner_of(session: Session) -> Any:
    """The key of the person whose session this row is; None when it is nobody's."""
    try:
        return get_user_model()._meta.pk.to_python(session.get_decoded().get(SESSION_KEY))
    except ValidationError:
        return None


def host_is_ours(headers: Mapping[str, str]) -> bool:
    domain, _port = split_domain_port(headers.get("host", ""))
    return bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS)


def same_origin(headers: Mapping[str, str]) -> bool:
    """Was the socket opened by one of our pages? Browsers always say where a socket comes from."""
    origin = headers.get("origin", "")
    if not origin or not host_is_ours(headers):
        return False
    return origin == settings.SITE_URL or urlsplit(origin).netloc.lower() == headers["host"].lower()
