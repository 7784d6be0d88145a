"""What a browser is pushed: that somebody wrote, encrypted, once; never from inside our network."""

import json
from datetime import time, timedelta

import http_ece
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.core.management import call_command
from django.utils import timezone
from py_vapid import Vapid02
from py_vapid.utils import b64urlencode

from config import rounds
from notifications import pushing
from notifications.actions import allow_push, tell, wish
from notifications.models import Notification, PushSubscription
from tests.factories.discussions import ChannelFactory, MessageFactory

pytestmark = pytest.mark.django_db

AUTH = b"0123456789abcdef"


@pytest.fixture
def browser_key():
    return ec.generate_private_key(ec.SECP256R1())


@pytest.fixture
def person(member_of, channel, browser_key, settings):
    settings.VAPID_PRIVATE_KEY = "mCOVTnsgNDZrt9RHKwvZ7Kc8cnLsdbbqTPcNfhbvOvs"
    person = member_of(channel.space)
    wish(person=person, quiet_from=time(0), quiet_until=time(0), quiet_weekend=False)
    point = browser_key.public_key().public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )
    allow_push(
        person=person,
        endpoint="https://push.example.com/send/abc",
        p256dh=b64urlencode(point),
        auth=b64urlencode(AUTH),
    )
    return person


@pytest.fixture
def channel():
    return ChannelFactory(name="Vie de la cohorte", confidential=True)


@pytest.fixture
def told(person, channel, member_of):
    """The person was told of a message a minute ago."""
    message = MessageFactory(
        channel=channel, author=member_of(channel.space, display_name="Anne Autrice"), body="<p>Mot secret</p>"
    )
    tell(
        person=person,
        kind="mention",
        path=message.get_absolute_url(),
        facts={"message": str(message.pk)},
        dedupe_key="m",
        space=channel.space,
    )
    Notification.objects.update(created_at=timezone.now() - timedelta(minutes=1))
    return message


@pytest.fixture
def service(monkeypatch):
    """The service of a browser's maker: what it was given, and what it answers."""

    class Service:
        status = 201
        given: list[tuple[str, bytes, dict[str, str]]] = []

    service = Service()
    service.given = []

    def post(endpoint, body, headers):
        service.given.append((endpoint, body, headers))
        return service.status

    monkeypatch.setattr(pushing, "_post", post)
    return service


def test_what_waits_is_pushed_once_encrypted_without_words(told, service, browser_key):
    assert pushing.push_all() == 1
    assert pushing.push_all() == 0
    [(endpoint, body, headers)] = service.given
    assert endpoint == "https://push.example.com/send/abc"
    assert b"Anne" not in body
    said = json.loads(http_ece.decrypt(body, private_key=browser_key, auth_secret=AUTH, version="aes128gcm"))
    assert said["title"] == "Anne Autrice vous a nommé·e dans Vie de la cohorte"
    assert said["url"] == told.get_absolute_url()
    assert "secret" not in json.dumps(said)
    assert Vapid02.verify(headers["Authorization"])


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_is_gone_is_forgotten(told, service, status):
    service.status = status
    pushing.push_all()
    assert not PushSubscription.objects.exists()


def test_a_service_in_trouble_keeps_its_browser(told, service):
    service.status = 503
    pushing.push_all()
    assert PushSubscription.objects.exists()


def test_what_was_read_or_is_told_no_longer_is_not_pushed(told, service):
    type(told).objects.update(body="", removed_at=timezone.now())
    assert pushing.push_all() == 0
    assert service.given == []


def test_quiet_hours_are_quiet_for_browsers_too(told, service, person):
    now = timezone.now()
    around = {"quiet_from": (now - timedelta(hours=2)).time(), "quiet_until": (now + timedelta(hours=2)).time()}
    wish(person=person, time_zone="UTC", **around)
    assert pushing.push_all() == 0


def test_without_a_key_nothing_is_pushed(told, service, settings):
    settings.VAPID_PRIVATE_KEY = ""
    assert pushing.push_all() == 0


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "192.168.1.1"])
def test_a_name_that_leads_inside_is_refused_when_connecting(told, monkeypatch, address, caplog):
    family = 10 if ":" in address else 2
    monkeypatch.setattr("socket.getaddrinfo", lambda *asked, **more: [(family, 1, 6, "", (address, 443))])
    monkeypatch.setattr("socket.socket.connect", lambda *asked: pytest.fail("It connected."))
    pushing.push_all()
    assert "NotPublic" in caplog.text


def test_a_key_is_made_that_works(capsys, settings):
    call_command("make_push_keys")
    name, _, key = capsys.readouterr().out.strip().partition("=")
    assert name == "VAPID_PRIVATE_KEY"
    settings.VAPID_PRIVATE_KEY = key
    assert len(pushing.public_key()) == 87


def test_a_round_that_fails_is_told_to_the_log_and_the_next_one_comes(monkeypatch, caplog):
    def fail():
        raise RuntimeError("broken")

    monkeypatch.setattr(rounds, "go_round", fail)
    monkeypatch.setattr(rounds, "close_old_connections", lambda: None)
    rounds.once()
    assert "A round could not be finished" in caplog.text
