"""Production is refused with each dangerous setting, and accepted without."""

import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured

from config.checks import ready_for_production, refuse_to_serve_unsafely
from config.settings import ROOT, WEAK_KEY

STRONG = "s" * 20 + "9f8Rk2-strong-enough-for-a-test-and-nothing-else"
OTHER = "v" * 20 + "4mQz7-another-strong-key-for-the-vault-of-sessions"
PRODUCTION = {
    "SECRET_KEY": STRONG,
    "VAULT_KEYS": OTHER,
    "ALLOWED_HOSTS": "entrepairs.exemple.fr",
    "SITE_URL": "https://entrepairs.exemple.fr",
    "DATABASE_URL": "postgres://entrepairs@db/entrepairs",
    "REDIS_URL": "redis://redis:6379/0",
    "EMAIL_HOST": "smtp.exemple.fr",
    "DEFAULT_FROM_EMAIL": "Entre pairs <bonjour@exemple.fr>",
    "WORKER": "1",
}


@pytest.fixture
def production(settings, monkeypatch):
    """Settings as production has them."""
    settings.SECRET_KEY = STRONG
    settings.VAULT_KEYS = [OTHER]
    settings.ALLOWED_HOSTS = ["entrepairs.exemple.fr"]
    settings.SITE_URL = "https://entrepairs.exemple.fr"
    monkeypatch.setitem(settings.DATABASES["default"], "ENGINE", "django.db.backends.postgresql")
    settings.REDIS_URL = "redis://redis:6379/0"
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.DEFAULT_FROM_EMAIL = "Entre pairs <bonjour@exemple.fr>"
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
    settings.DEBUG = settings.DEMO = False
    return settings


def test_production_settings_are_accepted(production):
    assert ready_for_production() == []
    refuse_to_serve_unsafely()


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("SECRET_KEY", WEAK_KEY, "E001"),
        ("SECRET_KEY", "short", "E001"),
        ("SECRET_KEY", "a" * 60, "E001"),
        ("ALLOWED_HOSTS", ["*"], "E002"),
        ("ALLOWED_HOSTS", [], "E002"),
        ("VAULT_KEYS", [STRONG], "E003"),
        ("VAULT_KEYS", [], "E003"),
        ("DEBUG", True, "E004"),
        ("DEMO", True, "E005"),
        ("REDIS_URL", "", "E007"),
        ("SITE_URL", "http://entrepairs.exemple.fr", "E008"),
        ("EMAIL_BACKEND", "django.core.mail.backends.console.EmailBackend", "E009"),
        ("DEFAULT_FROM_EMAIL", "Entre pairs <ne-pas-repondre@localhost>", "E010"),
        ("TASKS", {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}, "E011"),
    ],
)
def test_each_dangerous_setting_is_refused(production, name, value, code):
    setattr(production, name, value)
    assert [message.id for message in ready_for_production()] == [f"entrepairs.{code}"]


def test_sqlite_is_refused(production, monkeypatch):
    monkeypatch.setitem(production.DATABASES["default"], "ENGINE", "config.sqlite")
    assert [message.id for message in ready_for_production()] == ["entrepairs.E006"]


@pytest.mark.parametrize(("name", "value"), [("SECRET_KEY", WEAK_KEY), ("ALLOWED_HOSTS", ["*"])])
def test_a_server_does_not_start_with_a_weak_key_or_any_host(production, name, value):
    setattr(production, name, value)
    with pytest.raises(ImproperlyConfigured):
        refuse_to_serve_unsafely()
    production.DEMO = True
    refuse_to_serve_unsafely()


def deploy_check(**changes: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", **PRODUCTION, **changes},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_whole_deployment_check_passes_with_the_documented_variables():
    done = deploy_check()
    assert done.returncode == 0, done.stderr


def test_the_whole_deployment_check_refuses_what_a_laptop_uses():
    done = deploy_check(DATABASE_URL="", REDIS_URL="", SECRET_KEY="", VAULT_KEYS="", DEBUG="1")
    assert done.returncode == 1
    for code in ("E001", "E003", "E004", "E006", "E007"):
        assert f"entrepairs.{code}" in done.stderr
