"""What every test stands on: a strict template engine, fast hashing, and a few ways to make people."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from spaces.models import Role, Space
from tests.factories import MembershipFactory, UserFactory


class _UndefinedVariable(str):
    """Makes an undefined template variable an error rather than an empty string."""

    __slots__ = ()

    def __contains__(self, key: object) -> bool:
        return key == "%s"

    def __mod__(self, variable: object) -> str:
        raise AssertionError(f"Undefined template variable: {variable}")


@pytest.fixture(autouse=True)
def _strict(settings, tmp_path):
    settings.TEMPLATES[0]["OPTIONS"]["string_if_invalid"] = _UndefinedVariable("%s")
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.STATIC_ROOT = tmp_path  # WhiteNoise warns about a folder that is not there
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }


@pytest.fixture
def member_of() -> Callable[..., User]:
    """`member_of(space, role=Role.PARTICIPANT)`: a new person who holds that role there."""

    def make(space: Space, role: str = Role.PARTICIPANT, **fields: object) -> User:
        person = UserFactory(**fields)
        MembershipFactory(space=space, person=person, role=role)
        return person

    return make


@pytest.fixture
def sign_in() -> Callable[[User], Client]:
    """`sign_in(user)`: a client signed in as that person."""

    def make(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return make
