"""Who is behind a connection: the same session as on the pages, read without Django's request cycle."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth import get_user
from django.contrib.auth.models import AbstractBaseUser
from django.http import HttpRequest, parse_cookie
from django.http.request import split_domain_port, validate_host


def headers_of(scope: Mapping[str, Any]) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}


def session_key_of(headers: Mapping[str, str]) -> str:
    return parse_cookie(headers.get("cookie", "")).get(settings.SESSION_COOKIE_NAME, "")


def person_of(session_key: str) -> AbstractBaseUser | None:
    """The person signed in under this session, as she stands in the database now; None when there is none."""
    if not session_key:
        return None
    request = HttpRequest()
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    person = get_user(request)
    return person if person.is_authenticated else None


def host_is_ours(headers: Mapping[str, str]) -> bool:
    domain, _port = split_domain_port(headers.get("host", ""))
    return bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS)


def same_origin(headers: Mapping[str, str]) -> bool:
    """Was the socket opened by one of our pages? Browsers always say where a socket comes from."""
    origin = headers.get("origin", "")
    if not origin or not host_is_ours(headers):
        return False
    return origin == settings.SITE_URL or urlsplit(origin).netloc.lower() == headers["host"].lower()
