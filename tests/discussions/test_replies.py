"""From a mail to the thread it answers, and back when it cannot."""

import io
import json
import mailbox as folders
from base64 import b64encode
from datetime import timedelta
from email.message import EmailMessage
from uuid import uuid4

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.management import CommandError, call_command
from django.urls import include, path
from django.utils import timezone
from PIL import Image

from discussions.actions import post_message, remove_message
from discussions.letters import CHANNEL, THREAD
from discussions.models import MAX_LENGTH, Channel, File
from notifications import mailbox
from notifications.incoming import Outcome, receive
from spaces.models import Membership
from tests.discussions.imap import serving
from tests.factories.discussions import ChannelFactory

pytestmark = pytest.mark.django_db

urlpatterns = [path("courrier/", include("anymail.urls")), path("", include("config.urls"))]


@pytest.fixture(autouse=True)
def _answers_are_read(settings, own_cache):
    settings.REPLY_ADDRESS = "reponse@exemple.fr"


@pytest.fixture
def channel():
    return ChannelFactory(name="Général")


@pytest.fixture
def nadia(channel, member_of):
    return member_of(channel.space, email="nadia@exemple.fr", display_name="Nadia Ferrand")


@pytest.fixture
def question(channel, member_of):
    paul = member_of(channel.space, display_name="Paul Meunier")
    return post_message(channel=channel, author=paul, body="<p>Venez mardi ?</p>", client_id=uuid4())


@pytest.fixture
def answer(nadia, question):
    """`answer("Oui", …)`: Nadia's mail in answer to the one about the question."""

    def make(text="Oui.", *, to=None, sender="Nadia <nadia@exemple.fr>", files=(), **headers):
        written = EmailMessage()
        written["From"] = sender
        written["To"] = to or mailbox.address(person=nadia, kind=THREAD, object_id=question.pk)
        written["Subject"] = "Re: Paul Meunier vous a nommée"
        written["Message-ID"] = headers.pop("message_id", f"<{uuid4()}@exemple.fr>")
        for name, value in headers.items():
            written[name.replace("_", "-")] = value
        written.set_content(f"{text}\n\nLe lun. 23 nov. 2026 à 10:12, Entre pairs a écrit :\n> Venez mardi ?\n")
        for name, content in files:
            written.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
        return written

    return make


def answers(question):
    return list(question.replies.order_by("seq"))


def picture():
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, "PNG")
    return out.getvalue()


# --- taken -------------------------------------------------------------------------------------------------


def test_an_answer_goes_in_the_thread_under_its_writers_name(answer, question, nadia):
    assert receive(answer("Oui, **mardi**.\n\nMerci")) == Outcome.TAKEN
    [message] = answers(question)
    assert (message.author, message.by_mail, message.thread) == (nadia, True, question)
    assert message.body == "<p>Oui, <strong>mardi</strong>.</p><p>Merci</p>"
    assert mail.outbox == []


def test_the_same_mail_twice_is_one_message(answer, question):
    once = answer("Oui", files=[("plan.png", picture())])
    assert [receive(once), receive(once)] == [Outcome.TAKEN, Outcome.TAKEN]
    assert len(answers(question)) == 1
    assert File.objects.count() == 1


def test_an_answer_to_a_direct_message_goes_in_the_line_of_the_two(answer, nadia, channel, question):
    direct = Channel.objects.create(
        space=channel.space, kind=Channel.Kind.DIRECT, pair="-".join(sorted([str(nadia.pk), str(question.author_id)]))
    )
    direct.people.set([nadia, question.author])
    receive(answer("Oui", to=mailbox.address(person=nadia, kind=CHANNEL, object_id=direct.pk)))
    message = direct.messages.get()
    assert (message.body, message.thread) == ("<p>Oui</p>", None)


def test_another_proved_address_of_the_person_is_hers_too(answer, question, nadia):
    other = EmailAddress.objects.create(user=nadia, email="nadia@maison.fr", verified=False)
    assert receive(answer("Oui", sender="nadia@maison.fr")) == Outcome.REFUSED
    other.verified = True
    other.save()
    assert receive(answer("Oui", sender="NADIA@maison.fr")) == Outcome.TAKEN
    assert len(answers(question)) == 1


def test_a_provider_may_have_changed_the_case_of_the_address_and_know_it_alone(answer, question, nadia):
    address = mailbox.address(person=nadia, kind=THREAD, object_id=question.pk)
    hidden = answer("Oui", to="Entre pairs <reponse@exemple.fr>")
    assert receive(hidden, envelope=[address.upper()]) == Outcome.TAKEN
    assert len(answers(question)) == 1


def test_files_come_with_the_answer_and_what_may_not_is_told(answer, question):
    files = [("plan de salle.png", picture()), ("page.html", b"<html></html>")]
    assert receive(answer("Voici", files=files)) == Outcome.TAKEN
    [message] = answers(question)
    assert [file.name for file in message.files.all()] == ["plan de salle.png"]
    [told] = mail.outbox
    assert "page.html\u00a0: Les pages web" in told.body
    assert "Voici" not in told.body


def test_an_answer_of_one_file_needs_no_words(answer, question):
    assert receive(answer("", files=[("plan.png", picture())])) == Outcome.TAKEN
    assert answers(question)[0].files.count() == 1


# --- refused -----------------------------------------------------------------------------------------------


def refusal(written):
    """What comes back; nothing is posted."""
    assert receive(written) == Outcome.REFUSED
    [back] = mail.outbox
    assert back.to == ["nadia@exemple.fr"]
    assert back.extra_headers["Auto-Submitted"] == "auto-replied"
    assert back.extra_headers["In-Reply-To"] == written["Message-ID"]
    return back.body


def test_a_person_who_has_left_is_told_with_her_words(answer, question, nadia):
    Membership.objects.filter(person=nadia).update(left_at=timezone.now())
    body = refusal(answer("Oui, mardi."))
    assert "vous n’y avez plus accès" in body
    assert "Oui, mardi." in body
    assert answers(question) == []


def test_an_archived_channel_takes_no_answer(answer, question, channel):
    channel.archived_at = timezone.now()
    channel.save()
    body = refusal(answer("Oui, mardi.", files=[("plan.png", picture())]))
    assert "archivé" in body
    assert "Oui, mardi." in body
    assert answers(question) == []
    assert not File.objects.exists()


def test_too_many_words_come_back(answer, question):
    words = "mot " * (MAX_LENGTH // 4 + 1)
    body = refusal(answer(words))
    assert f"la limite est de {MAX_LENGTH}" in body
    assert body.count("mot") == words.count("mot")
    assert answers(question) == []


def test_an_answer_without_words_is_told(answer, question):
    assert "ne contient pas de réponse" in refusal(answer(""))
    assert answers(question) == []


def test_an_address_of_more_than_sixty_days_is_told(answer, question, monkeypatch):
    written = answer("Oui, mardi.")
    later = timezone.now() + timedelta(days=62)
    monkeypatch.setattr(timezone, "now", lambda: later)
    body = refusal(written)
    assert "plus de 60\xa0jours" in body
    assert "Oui, mardi." in body


def test_somebody_else_does_not_write_in_her_name(answer, question):
    assert receive(answer("Achetez ceci", sender="pirate@exemple.org")) == Outcome.REFUSED
    [back] = mail.outbox
    assert back.to == ["pirate@exemple.org"]
    assert "ne vient pas d’une adresse" in back.body
    assert "Achetez" not in back.body  # whoever is named as the writer may never have written
    assert answers(question) == []


def test_an_address_that_was_altered_is_answered_to_members_only(answer, nadia):
    assert receive(answer("Oui", to="reponse+abc@exemple.fr")) == Outcome.IGNORED
    EmailAddress.objects.create(user=nadia, email="nadia@exemple.fr", verified=True)
    assert "n’est pas complète" in refusal(answer("Oui", to="reponse+abc@exemple.fr"))


def test_a_writer_gets_one_letter_back_an_hour(answer, channel):
    channel.archived_at = timezone.now()
    channel.save()
    for _ in range(3):
        assert receive(answer("Oui")) == Outcome.REFUSED
    assert len(mail.outbox) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Precedence": "bulk"},
        {"X_Auto_Response_Suppress": "All"},
        {"Return_Path": "<>"},
        {"sender": "MAILER-DAEMON@exemple.fr"},
        {"to": "quelqu-un@exemple.fr"},
    ],
    ids=lambda headers: next(iter(headers)),
)
def test_machines_and_strangers_mails_are_neither_posted_nor_answered(answer, question, headers):
    assert receive(answer("Je suis absente.", **headers)) == Outcome.IGNORED
    assert answers(question) == []
    assert mail.outbox == []


def test_what_we_write_back_is_never_answered(answer, channel):
    channel.archived_at = timezone.now()
    channel.save()
    receive(answer("Oui"))
    back = EmailMessage()
    for name, value in mail.outbox[0].message().items():
        back[name] = value
    assert receive(back) == Outcome.IGNORED


def test_the_thread_of_a_message_taken_back_still_takes_answers(answer, question):
    remove_message(message=question, by=question.author)
    assert receive(answer("Oui")) == Outcome.TAKEN


# --- doors -------------------------------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path, settings):
    settings.REPLY_MAILDIR = str(tmp_path / "answers")
    return folders.Maildir(settings.REPLY_MAILDIR)


def test_a_folder_is_taken_in_and_emptied(answer, question, folder, capsys):
    folder.add(answer("Oui").as_bytes())
    folder.add(answer("Absente", Auto_Submitted="auto-replied").as_bytes())
    folder.add(b"\xff\xfe nothing that is a mail")
    call_command("collect_replies")
    assert capsys.readouterr().out.startswith("1 publiée(s), 0 refusée(s), 2 ignorée(s), 0 en attente")
    assert len(folder) == 0
    assert [message.body for message in answers(question)] == ["<p>Oui</p>"]


def test_a_mail_that_meets_an_error_of_ours_waits(answer, question, folder, capsys, monkeypatch, settings, caplog):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1  # nobody listens
    folder.add(answer("").as_bytes())
    folder.add(answer("Oui").as_bytes())
    call_command("collect_replies")
    assert "1 publiée(s), 0 refusée(s), 0 ignorée(s), 1 en attente" in capsys.readouterr().out
    assert len(folder) == 1
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    call_command("collect_replies")
    assert len(folder) == 0
    assert len(mail.outbox) == 1


def test_a_mailbox_elsewhere_is_taken_in_and_emptied(answer, question, settings, capsys):
    with serving(answer("Oui").as_bytes(), answer("Absente", Precedence="bulk").as_bytes()) as (url, mails):
        settings.REPLY_IMAP_URL = url
        call_command("collect_replies")
        assert capsys.readouterr().out.startswith("1 publiée(s), 0 refusée(s), 1 ignorée(s)")
        assert mails == {}
        settings.REPLY_IMAP_URL = url.replace("mot%20de%20passe", "autre")
        with pytest.raises(CommandError, match="ne répond pas"):
            call_command("collect_replies")
    assert [message.body for message in answers(question)] == ["<p>Oui</p>"]


def test_the_command_says_what_it_lacks(settings):
    settings.REPLY_MAILDIR = settings.REPLY_IMAP_URL = ""
    with pytest.raises(CommandError, match="REPLY_MAILDIR"):
        call_command("collect_replies")
    settings.REPLY_IMAP_URL = "imap://127.0.0.1:1/INBOX"
    with pytest.raises(CommandError, match="ne répond pas"):
        call_command("collect_replies")


@pytest.mark.urls(__name__)
def test_a_provider_hands_over_an_answer_with_its_secret(client, answer, question, settings):
    settings.ANYMAIL = {"WEBHOOK_SECRET": "nous:secret"}
    written = answer("Oui, mardi.")
    told = {
        "FromFull": {"Email": "nadia@exemple.fr", "Name": "Nadia"},
        "ToFull": [{"Email": written["To"], "Name": ""}],
        "OriginalRecipient": written["To"],
        "Headers": [{"Name": "Message-ID", "Value": written["Message-ID"]}],
        "TextBody": written.get_content(),
        "Attachments": [
            {
                "Name": "plan.png",
                "Content": b64encode(picture()).decode(),
                "ContentType": "image/png",
                "ContentLength": 1,
            }
        ],
    }

    def hand_over(secret):
        return client.post(
            "/courrier/postmark/inbound/",
            json.dumps(told),
            content_type="application/json",
            headers={"Authorization": f"Basic {b64encode(secret).decode()}"},
        )

    assert hand_over(b"nous:autre").status_code == 400
    assert answers(question) == []
    assert hand_over(b"nous:secret").status_code == 200
    assert hand_over(b"nous:secret").status_code == 200  # sent again when the answer was lost
    [message] = answers(question)
    assert (message.body, message.by_mail) == ("<p>Oui, mardi.</p>", True)
    assert [file.name for file in message.files.all()] == ["plan.png"]


def test_without_a_secret_no_provider_comes_in(client):
    assert client.post("/courrier/postmark/inbound/", "{}", content_type="application/json").status_code == 404
