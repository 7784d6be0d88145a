"""From a mention to a mail, from the answer to that mail back to the thread."""

import email
import email.policy
import mailbox
from datetime import time, timedelta
from email.message import EmailMessage
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from config.demonstration import main_cohort
from discussions.models import Channel, Message
from notifications.models import Notification, Wishes


@pytest.fixture
def thread(rows) -> str:
    """The path of the cohort's channel."""
    with rows():
        return Channel.objects.get(space=main_cohort().pk, kind=Channel.Kind.GENERAL).get_absolute_url()


@pytest.fixture
def answers(server, tmp_path):
    """The folder where the mail server brings answers, and which the server's commands read."""
    place = {"REPLY_ADDRESS": "reponse@entrepairs.exemple.fr", "REPLY_MAILDIR": str(tmp_path / "answers")}
    server.environment |= place
    yield mailbox.Maildir(place["REPLY_MAILDIR"])
    for name in place:
        del server.environment[name]


def unread_for_a_quarter_of_an_hour(person) -> None:
    """Let the time pass after which what a person has not read is mailed, at whatever hour of the day this runs."""
    past = timezone.now() - timedelta(minutes=1)
    never = {"quiet_from": time(0), "quiet_until": time(0), "quiet_weekend": False}
    Wishes.objects.filter(person=person).update(**never)
    Notification.objects.filter(person=person, mail_at__isnull=False).update(mail_at=past)


def mailed(server, to: str, words: str) -> EmailMessage:
    """The mail that went to that address with these words."""
    for file in (server.folder / "mail").glob("*.log"):
        for raw in file.read_bytes().split(b"\n" + b"-" * 79 + b"\n"):
            found = email.message_from_bytes(raw, policy=email.policy.default)
            body = found.get_body(("plain",))
            if found["To"] == to and body is not None and words in body.get_content():
                return found
    raise AssertionError(f"nothing about « {words} » was mailed to {to}")


def test_who_is_named_answers_by_mail_and_the_answer_stands_in_the_thread(
    server, visit, person, rows, thread, answers, axe, shot
):
    paul = person("paul")
    with rows():
        Notification.objects.all().delete()  # a mail about several things is not answered
    question = f"peux-tu ouvrir la salle mardi ? {uuid4().hex[:8]}"
    nadia = visit(person("nadia"), path=thread)
    nadia.get_by_label("Votre message").fill(f"@{paul.name} {question}")
    nadia.get_by_label("Votre message").press("Escape")  # no name of the list: it is typed whole
    nadia.get_by_role("button", name="Envoyer").click()
    asked = nadia.locator("ol.messages > li").filter(has_text=question)
    expect(asked).to_have_count(1)
    expect(nadia.locator(".waiting")).to_have_count(0)

    server.manage("send_waiting_letters")  # gives everyone the usual wishes
    with rows():
        unread_for_a_quarter_of_an_hour(paul)
    server.manage("send_waiting_letters")
    letter = mailed(server, paul.email, question)
    assert letter["Reply-To"].startswith("reponse+")

    with rows():
        message = Message.objects.get(body__contains=question)
    nadia.goto(reverse("discussions:message", args=[message.channel_id, message.pk]))
    expect(nadia.get_by_role("heading", level=1)).to_be_visible()
    nadia.evaluate("window.sameVisit = true")
    reply = EmailMessage()
    reply["From"], reply["To"] = f"{paul.name} <{paul.email}>", letter["Reply-To"]
    reply["Subject"], reply["Message-ID"] = f"Re: {letter['Subject']}", f"<{uuid4()}@exemple.fr>"
    quoted = "".join(f"> {line}\n" for line in letter.get_body(("plain",)).get_content().splitlines())
    words = f"Oui, j’aurai la clé. {uuid4().hex[:8]}"
    reply.set_content(
        f"{words}\n\nEnvoyé de mon téléphone\n\nLe lun. 23 nov. 2026 à 10:12, Entre pairs a écrit :\n{quoted}"
    )
    answers.add(reply.as_bytes())
    assert "1 publiée(s)" in server.manage("collect_replies")

    answer = nadia.locator("ol.messages > li").filter(has_text=words)
    expect(answer).to_have_count(1)
    assert nadia.evaluate("window.sameVisit === true")
    expect(answer).to_contain_text(paul.name)
    expect(answer).to_contain_text("par courriel")
    expect(answer).not_to_contain_text("Envoyé de mon téléphone")
    expect(answer).not_to_contain_text(question)
    axe(nadia)
    shot(nadia, "mail-1-answer-1440")
