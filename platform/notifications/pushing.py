"""Messages to browsers (Web Push): who wrote, where, and the link; encrypted for the browser, never words.

The service of the browser's maker carries them without reading them. Its address comes from the browser, so it is
public HTTPS or nothing: a name that leads inside our own network is refused at the moment of connecting.
"""

import json
import logging
import os
import socket
import time
from datetime import timedelta
from http.client import HTTPException, HTTPSConnection
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import urlsplit

import http_ece
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.conf import settings
from django.utils import timezone, translation
from py_vapid import Vapid02
from py_vapid.utils import b64urldecode, b64urlencode

from notifications import decision, news
from notifications.decision import Group
from notifications.models import Notification, PushSubscription, Wishes

logger = logging.getLogger(__name__)

#: What waits this long is pushed: who has the page open has seen it.
PATIENCE: Final = timedelta(seconds=30)
#: What is older than this is not pushed any more; the service keeps a message as long for a device that is off.
FRESH: Final = timedelta(hours=1)
PUSHED: Final = {Group.PERSONAL, Group.EVENTS}
TIMEOUT: Final = 5  # seconds
GONE: Final = {404, 410}
AUTH_BYTES: Final = 16  # RFC 8291


class NotPublic(OSError):
    """The address leads inside a network, or is not HTTPS."""


def public_key() -> str:
    """The key that browsers subscribe with; empty where push is not set up."""
    if not settings.VAPID_PRIVATE_KEY:
        return ""
    return public_key_of(Vapid02.from_string(settings.VAPID_PRIVATE_KEY))


def public_key_of(vapid: Vapid02) -> str:
    point = vapid.public_key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)
    key: str = b64urlencode(point)
    return key


def push_all() -> int:
    """Push what has stayed unread for a moment to the browsers of those who allowed it, once. How many things?"""
    if not settings.VAPID_PRIVATE_KEY:
        return 0
    now = timezone.now()
    waiting = Notification.objects.unread().filter(
        pushed_at=None,
        created_at__gt=now - FRESH,
        created_at__lte=now - PATIENCE,
        person__push_subscriptions__isnull=False,
    )
    pushed = 0
    for row in waiting.exclude(path="").select_related("person").distinct().order_by("created_at", "pk"):
        pushed += _push(row, now)
    return pushed


def _push(row: Notification, now: Any) -> bool:
    person = row.person
    assert person is not None  # noqa: S101  only people have browsers
    wishes = Wishes.objects.filter(pk=person.pk).first() or Wishes(person=person)
    if row.group not in PUSHED or decision.awake(now, wishes) > now:
        return False
    if not Notification.objects.filter(pk=row.pk, pushed_at=None).update(pushed_at=now):
        return False  # another worker has it
    visible = Notification.objects.visible_to(person).filter(pk=row.pk)
    with translation.override(person.language):
        told = [said for _row, said in news.of(person, visible)]
    for said in told:
        for subscription in person.push_subscriptions.all():
            deliver(subscription, {"title": said.sentence, "url": said.path, "tag": said.conversation or str(row.pk)})
    return bool(told)


def deliver(subscription: PushSubscription, message: dict[str, str]) -> None:
    """Send one message to one browser; forget a browser that is gone. A service that does not answer loses it."""
    body = http_ece.encrypt(
        json.dumps(message).encode(),
        salt=os.urandom(16),
        private_key=ec.generate_private_key(ec.SECP256R1()),
        dh=b64urldecode(subscription.p256dh.encode()),
        auth_secret=b64urldecode(subscription.auth.encode()),
        version="aes128gcm",
    )
    url = urlsplit(subscription.endpoint)
    claims = {
        "sub": settings.VAPID_CONTACT,
        "aud": f"{url.scheme}://{url.netloc}",
        "exp": int(time.time()) + 12 * 3600,
    }
    headers = Vapid02.from_string(settings.VAPID_PRIVATE_KEY).sign(claims) | {
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
        "TTL": str(int(FRESH.total_seconds())),
        "Urgency": "normal",
    }
    try:
        status = _post(subscription.endpoint, body, headers)
    except (OSError, HTTPException):
        logger.warning("Push %s could not leave.", subscription.pk, exc_info=True)
        return
    if status in GONE:
        subscription.delete()
    elif status >= 400:
        logger.warning("Push %s was refused with %s.", subscription.pk, status)


def check_endpoint(endpoint: str) -> None:
    """Raises NotPublic for an address that is not HTTPS on its usual port, or names a machine by its number."""
    url = urlsplit(endpoint)
    if url.scheme != "https" or not url.hostname or url.port not in (None, 443) or url.username:
        raise NotPublic(endpoint)
    if "." not in url.hostname or url.hostname.rsplit(".", 1)[1].isdigit() or ":" in url.hostname:
        raise NotPublic(endpoint)


def check_keys(p256dh: str, auth: str) -> None:
    """Raises ValueError for keys that nothing can be encrypted with."""
    ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), b64urldecode(p256dh.encode()))
    if len(b64urldecode(auth.encode())) != AUTH_BYTES:
        raise ValueError(auth)


def _post(endpoint: str, body: bytes, headers: dict[str, str]) -> int:
    check_endpoint(endpoint)
    url = urlsplit(endpoint)
    connection = _PublicConnection(url.netloc, timeout=TIMEOUT)
    try:
        connection.request("POST", url.path + (f"?{url.query}" if url.query else ""), body, headers)
        return connection.getresponse().status
    finally:
        connection.close()


class _PublicConnection(HTTPSConnection):
    """Connects to public addresses only, the very ones that were looked at: a name cannot change in between."""

    def connect(self) -> None:
        self._create_connection = _connect_outside
        super().connect()


def _connect_outside(address: tuple[str, int], timeout: Any = None, source_address: Any = None) -> socket.socket:
    refused: OSError = NotPublic(address[0])
    for family, kind, protocol, _name, place in socket.getaddrinfo(*address, type=socket.SOCK_STREAM):
        if not ip_address(place[0]).is_global:
            continue
        outside = socket.socket(family, kind, protocol)
        outside.settimeout(timeout)
        try:
            outside.connect(place)
            return outside
        except OSError as reason:
            outside.close()
            refused = reason
    raise refused
