"""What leaves, once, and what waits or is dropped."""

import re

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import transaction
from django.utils import translation

from cohorts.actions import invite_to_cohort
from notifications import letters
from notifications.actions import notify
from notifications.models import Notification
from notifications.tasks import ATTEMPTS, deliver
from spaces.actions import revoke_invitation
from spaces.models import Role
from tests.factories.cohorts import ApplicationFactory, CohortFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def application():
    return ApplicationFactory(email="nadia@exemple.fr")


def tell(application, key="once", **fields):
    return notify(
        address="nadia@exemple.fr",
        kind="application_received",
        facts={"application": str(application.pk)},
        dedupe_key=key,
        **fields,
    )


def test_one_letter_for_one_key(application, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        assert tell(application) == tell(application)
    assert len(mail.outbox) == 1
    assert not deliver(Notification.objects.get().pk)
    assert len(mail.outbox) == 1


def test_a_letter_has_a_stable_id_and_says_that_a_machine_wrote_it(application):
    notification = tell(application)
    deliver(notification.pk)
    headers = mail.outbox[0].extra_headers
    assert headers["Message-ID"] == f"<{notification.pk.hex}@127.0.0.1>"
    assert headers["Auto-Submitted"] == "auto-generated"


@pytest.mark.django_db(transaction=True)
def test_nothing_leaves_when_the_action_fails(application):
    with transaction.atomic():
        tell(application)
        transaction.set_rollback(True)
    assert mail.outbox == []
    tell(application)
    assert len(mail.outbox) == 1


def test_a_mail_server_that_refuses_lets_the_letter_wait(
    application, settings, capsys, django_capture_on_commit_callbacks
):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_PORT = 1
    with django_capture_on_commit_callbacks(execute=True):
        notification = tell(application)
    notification.refresh_from_db()
    assert (notification.sent_at, notification.attempts) == (None, 1)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    call_command("send_waiting_letters")
    assert capsys.readouterr().out == "1 envoyé(s), 0 en attente.\n"
    assert len(mail.outbox) == 1
    call_command("send_waiting_letters")
    assert len(mail.outbox) == 1


def test_a_letter_is_tried_a_few_times_only(application):
    notification = tell(application)
    Notification.objects.update(attempts=ATTEMPTS)
    assert not deliver(notification.pk)
    assert mail.outbox == []


def test_a_letter_that_a_worker_has_in_hand_is_left_alone(application, together):
    notification = tell(application)
    mail.outbox.clear()
    Notification.objects.update(sent_at=None, locked_until=None, attempts=0)
    assert sorted(together(*[lambda: deliver(notification.pk)] * 4)) == [False, False, False, True]


def test_a_letter_whose_reason_has_gone_is_dropped(member_of):
    cohort = CohortFactory()
    facilitator = member_of(cohort.space, Role.FACILITATOR)
    invitation = invite_to_cohort(cohort=cohort, email="nadia@exemple.fr", role=Role.SPONSOR, by=facilitator)
    revoke_invitation(invitation=invitation, by=facilitator)
    notification = Notification.objects.get()
    assert not deliver(notification.pk)
    notification.refresh_from_db()
    assert notification.dropped_at
    assert mail.outbox == []


def test_a_name_with_a_line_break_does_not_write_headers(application):
    application.cohort.space.name = "Titre\nBcc: pirate@exemple.fr"
    application.cohort.space.save()
    letter = letters.write(tell(application))
    assert "\n" not in letter.subject


def test_words_are_those_of_the_reader_whatever_the_page(application):
    with translation.override("en"):
        letter = letters.write(tell(application))
    assert "est bien arrivée" in letter.subject
    assert "&#x27;" not in letter.text
    assert "vous répond par écrit" in letter.text


def test_a_letter_has_a_page_with_its_language_and_nothing_from_outside(application):
    letter = letters.write(tell(application))
    assert '<html lang="fr">' in letter.html
    assert "<title>Votre candidature" in letter.html
    assert not re.search(r"<(img|link|script|style)", letter.html)
    assert "List-Unsubscribe" not in letter.headers  # nobody can do without this one
