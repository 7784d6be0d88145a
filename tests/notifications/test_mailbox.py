"""Addresses that answers come back to."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from config.checks import ready_for_production
from notifications import mailbox
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _answers_are_read(settings):
    settings.REPLY_ADDRESS = "reponse@exemple.fr"


def test_an_address_gives_back_what_it_was_made_of_even_in_capitals():
    person, about = UserFactory(), uuid4()
    address = mailbox.address(person=person, kind="m", object_id=about)
    assert len(address.partition("@")[0]) <= mailbox.LONGEST_LOCAL_PART
    for written in (address, address.upper(), f" {address} "):
        assert mailbox.read(written) == mailbox.ReplyTo(person, "m", about)


def test_nobody_answers_where_no_answer_is_read(settings):
    settings.REPLY_ADDRESS = ""
    assert mailbox.address(person=UserFactory(), kind="m", object_id=uuid4()) == ""
    assert mailbox.read("reponse+quelque@exemple.fr") is None


@pytest.mark.parametrize("place", range(0, mailbox.TOKEN_LENGTH - 1, 4))
def test_an_address_with_one_other_letter_is_not_ours(place):
    address = mailbox.address(person=UserFactory(), kind="m", object_id=uuid4())
    place += len("reponse+")
    other = "a" if address[place] != "a" else "b"
    assert mailbox.read(address[:place] + other + address[place + 1 :]) is None


@pytest.mark.parametrize(
    "written",
    [
        "",
        "@",
        "reponse@exemple.fr",
        "reponse+@exemple.fr",
        "reponse+" + "1" * 53 + "@exemple.fr",
        "reponse+é@exemple.fr",
    ],
)
def test_what_is_no_address_of_ours_is_read_as_nothing(written):
    assert mailbox.read(written) is None


def test_another_domain_is_not_ours():
    address = mailbox.address(person=UserFactory(), kind="m", object_id=uuid4())
    assert mailbox.read(address.replace("exemple.fr", "autre.fr")) is None


def test_an_address_ends_after_sixty_days(monkeypatch):
    address = mailbox.address(person=UserFactory(), kind="m", object_id=uuid4())
    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(days=mailbox.VALID_DAYS))
    assert mailbox.read(address)
    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(days=mailbox.VALID_DAYS + 1))
    with pytest.raises(mailbox.Expired):
        mailbox.read(address)


@pytest.mark.parametrize(
    ("reply_address", "fits"),
    [
        ("reponse@exemple.fr", True),
        ("a" * 10 + "@exemple.fr", True),
        ("a" * 11 + "@exemple.fr", False),
        ("re+ponse@exemple.fr", False),
        ("reponse", False),
        ("@exemple.fr", False),
    ],
)
def test_the_deployment_check_knows_which_reply_addresses_can_be_used(settings, reply_address, fits):
    settings.REPLY_ADDRESS = reply_address
    assert any("REPLY_ADDRESS" in found.msg for found in ready_for_production()) is not fits
