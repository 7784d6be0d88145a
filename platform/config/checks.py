"""What production must not start with: `manage.py check --deploy` tells all, the server itself refuses the worst."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.core.exceptions import ImproperlyConfigured

from config.settings import WEAK_KEY
from notifications import mailbox

LEAST_KEY = 50  # characters, as Django's own check asks
LEAST_DIFFERENT = 5


def weak(key: str) -> bool:
    return (
        key == WEAK_KEY or key.startswith("django-insecure-") or len(key) < LEAST_KEY or len(set(key)) < LEAST_DIFFERENT
    )


def unsafe_to_serve() -> Iterator[tuple[str, str]]:
    """What nobody may serve real people with: asked by the deployment check and again when a server starts."""
    if weak(settings.SECRET_KEY):
        yield "E001", "SECRET_KEY is missing or weak: give 50 random characters."
    if "*" in settings.ALLOWED_HOSTS or not settings.ALLOWED_HOSTS:
        yield "E002", "ALLOWED_HOSTS must name each host: no `*`, not empty."


def refuse_to_serve_unsafely() -> None:
    """Raise when a server that is neither for development nor for demonstration would start without safe settings."""
    if settings.DEBUG or settings.DEMO:
        return
    if reasons := [reason for _, reason in unsafe_to_serve()]:
        raise ImproperlyConfigured(
            " ".join(reasons) + " (DEMO=1 or DEBUG=1 start a server that is not for real people.)"
        )


@register(Tags.security, deploy=True)
def ready_for_production(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    found: list[CheckMessage] = [Error(reason, id=f"entrepairs.{code}") for code, reason in unsafe_to_serve()]

    def refuse(condition: bool, code: str, reason: str) -> None:
        if condition:
            found.append(Error(reason, id=f"entrepairs.{code}"))

    keys = settings.VAULT_KEYS
    refuse(
        not keys or settings.SECRET_KEY in keys or any(weak(key) for key in keys),
        "E003",
        "VAULT_KEYS must be set, strong, and different from SECRET_KEY: it encrypts what is written in sessions.",
    )
    refuse(settings.DEBUG, "E004", "DEBUG must be off.")
    refuse(settings.DEMO, "E005", "DEMO must be off: it lets anyone in with one click.")
    refuse(
        settings.DATABASES["default"]["ENGINE"].endswith("sqlite"),
        "E006",
        "DATABASE_URL must name a PostgreSQL database: SQLite is for one process.",
    )
    refuse(
        not settings.REDIS_URL,
        "E007",
        "REDIS_URL must be set: without it live events and caches stay inside one process.",
    )
    refuse(not settings.SITE_URL.startswith("https://"), "E008", "SITE_URL must start with https://.")
    refuse(
        not settings.EMAIL_BACKEND.endswith("smtp.EmailBackend"),
        "E009",
        "EMAIL_HOST must be set: people sign in with a mailed code.",
    )
    refuse(
        settings.DEFAULT_FROM_EMAIL.rstrip(">").endswith("@localhost"),
        "E010",
        "DEFAULT_FROM_EMAIL must be an address that people can recognise.",
    )
    refuse(
        not settings.TASKS["default"]["BACKEND"].startswith("django_tasks_db."),
        "E011",
        "WORKER=1 must be set: mail is sent by a worker, not while a page waits.",
    )
    refuse(
        settings.REPLY_ADDRESS != "" and not mailbox.fits(settings.REPLY_ADDRESS),
        "E012",
        "REPLY_ADDRESS must be an address whose part before the @ has ten letters at most, without a +.",
    )
    return found
