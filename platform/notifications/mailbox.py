"""Addresses that answers to letters come back to: each says to whom the letter went, and what it was about.

`reponse+<token>@example.org`. The token is a kind (one letter), a day, the object and the first bytes of the person,
signed for the whole of them. It is written in base 32, which mail servers may put in capitals.
"""

from base64 import b32decode, b32encode
from binascii import Error as NotBase32
from dataclasses import dataclass
from datetime import UTC, date
from typing import Final
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.models import User

VALID_DAYS: Final = 60
LONGEST_LOCAL_PART: Final = 64  # RFC 5321, 4.5.3.1.1
_EPOCH: Final = date(2026, 1, 1)
_PERSON, _SIGNATURE = 6, 8  # bytes
_LENGTH: Final = 1 + 2 + 16 + _PERSON + _SIGNATURE
TOKEN_LENGTH: Final = -(-_LENGTH * 8 // 5)  # characters


class Expired(Exception):
    """The address was ours and its days are over."""


@dataclass(frozen=True)
class ReplyTo:
    """What an address says: who was written to, about what."""

    person: User
    kind: str
    object_id: UUID


def address(*, person: User, kind: str, object_id: UUID) -> str:
    """The address that answers of `person` about that object come back to; empty where no answer is read.

    `kind` is one ASCII letter that the package which reads the answers has chosen.
    """
    local, at, domain = settings.REPLY_ADDRESS.partition("@")
    if not at:
        return ""
    days = (timezone.now().astimezone(UTC).date() - _EPOCH).days
    said = kind.encode("ascii") + days.to_bytes(2) + object_id.bytes
    token = said + person.pk.bytes[:_PERSON] + _signature(said, person)
    return f"{local}+{b32encode(token).decode().rstrip('=').lower()}@{domain}"


def read(written: str) -> ReplyTo | None:
    """What `written`, an address without its name, says; None when it is not one of ours.

    Raises Expired when it was, more than VALID_DAYS days ago.
    """
    written = written.strip().lower()
    if not is_ours(written):
        return None
    token = _decoded(written.rpartition("@")[0].partition("+")[2])
    if token is None:
        return None
    said, begins, signature = token[:19], token[19 : 19 + _PERSON], token[19 + _PERSON :]
    rest = 16 - _PERSON
    same_beginning = User.objects.filter(
        pk__gte=UUID(bytes=begins + b"\x00" * rest), pk__lte=UUID(bytes=begins + b"\xff" * rest)
    ).order_by("pk")
    for person in same_beginning:
        if constant_time_compare(_signature(said, person), signature):
            break
    else:
        return None
    days = (timezone.now().astimezone(UTC).date() - _EPOCH).days - int.from_bytes(said[1:3])
    if days > VALID_DAYS:
        raise Expired
    return ReplyTo(person, chr(said[0]), UUID(bytes=said[3:19]))


def fits(reply_address: str) -> bool:
    """May addresses be made of it? Mail servers refuse a longer part before the @, and a + divides it."""
    local, at, domain = reply_address.partition("@")
    fitting = 0 < len(local) <= LONGEST_LOCAL_PART - TOKEN_LENGTH - 1
    return bool(at and domain) and fitting and "+" not in local


def is_ours(written: str) -> bool:
    """Is it an address to which answers go, whatever its token says?"""
    local, _, domain = settings.REPLY_ADDRESS.lower().partition("@")
    name, _, place = written.strip().lower().rpartition("@")
    return bool(domain) and place == domain and name.partition("+")[0] == local


def _decoded(token: str) -> bytes | None:
    if len(token) != TOKEN_LENGTH:
        return None
    try:
        return b32decode(token.upper() + "=" * (-TOKEN_LENGTH % 8))
    except (NotBase32, ValueError):
        return None


def _signature(said: bytes, person: User) -> bytes:
    return salted_hmac("notifications.mailbox", said + person.pk.bytes, algorithm="sha256").digest()[:_SIGNATURE]
