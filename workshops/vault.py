"""Words that only the people of a session may read, encrypted with a key that is not the database's (SEC-04)."""

from base64 import urlsafe_b64encode
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import models


@lru_cache(maxsize=8)
def _keyring(secrets: tuple[str, ...]) -> MultiFernet:
    def key(secret: str) -> Fernet:
        derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"entre-pairs.vault.1").derive(secret.encode())
        return Fernet(urlsafe_b64encode(derived))

    return MultiFernet([key(secret) for secret in secrets])


def keyring() -> MultiFernet:
    """Encrypts with the first of `VAULT_KEYS`, reads with any of them: put a new key in front to rotate."""
    return _keyring(tuple(settings.VAULT_KEYS))


class EncryptedTextField(models.TextField):
    """A text whose column holds a Fernet token. It can be read and written, never searched or sorted.

    The empty text stays empty, so that erasing is visible in the database.
    """

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return keyring().encrypt(value.encode()).decode() if value else value

    def from_db_value(self, value: str | None, expression: object, connection: object) -> str | None:
        return keyring().decrypt(value.encode()).decode() if value else value

    def get_lookup(self, lookup_name: str) -> Any:
        # The same words never give the same token: a comparison would silently find nothing.
        return super().get_lookup(lookup_name) if lookup_name == "isnull" else None
