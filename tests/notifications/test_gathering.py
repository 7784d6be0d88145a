"""What stays unread leaves in one mail, and the digest says the rest: once, to whoever may still know."""

from datetime import datetime, timedelta
from email.utils import parseaddr
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.core.management import call_command
from django.utils import timezone

from discussions.models import Channel, Reading
from notifications import mailbox
from notifications.actions import read, settle, tell, wish
from notifications.decision import Way
from notifications.gathering import gather, gather_all, gather_digest
from notifications.models import Notification, Wishes
from notifications.round import go_round
from notifications.tasks import deliver
from spaces.models import Membership
from tests.factories import UserFactory
from tests.factories.discussions import ChannelFactory, MessageFactory
from tests.factories.workshops import EventFactory

pytestmark = pytest.mark.django_db

TUESDAY = datetime(2026, 11, 24, 10, tzinfo=ZoneInfo("Europe/Paris"))
MONDAY = datetime(2026, 11, 30, 8, tzinfo=ZoneInfo("Europe/Paris"))


class Clock:
    now = TUESDAY

    def pass_(self, **time: float) -> None:
        self.now += timedelta(**time)


@pytest.fixture(autouse=True)
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr("django.utils.timezone.now", lambda: clock.now)
    return clock


@pytest.fixture
def channel():
    return ChannelFactory(name="Vie de la cohorte")


@pytest.fixture
def reader(channel, member_of):
    return member_of(channel.space, display_name="Nadia Lectrice", email="nadia@exemple.fr")


@pytest.fixture
def author(channel, member_of):
    return member_of(channel.space, display_name="Anne Autrice")


@pytest.fixture
def say(channel, author, reader):
    """`say("words", kind="mention", channel=…)`: a message of which the reader is told."""

    def post(words="Bonjour Nadia", kind="mention", channel=channel, thread=None):
        message = MessageFactory(
            channel=channel, author=author, thread=thread, body=f"<p>{words}</p>", created_at=timezone.now()
        )
        tell(
            person=reader,
            kind=kind,
            path=message.get_absolute_url(),
            facts={"message": str(message.pk)},
            dedupe_key=f"message:{message.pk}",
            by=author,
            space=channel.space,
            about=("channel", channel.pk),
            seq=message.seq,
        )
        return message

    return post


@pytest.fixture
def round_(django_capture_on_commit_callbacks):
    """Go round once; the mails that left in it."""

    def go() -> list[mail.EmailMultiAlternatives]:
        mail.outbox.clear()
        with django_capture_on_commit_callbacks(execute=True):
            go_round()
        return list(mail.outbox)

    return go


def test_an_unread_mention_leaves_after_a_quarter_of_an_hour_and_once(say, round_, clock, reader):
    message = say()
    clock.pass_(minutes=14)
    assert round_() == []
    clock.pass_(minutes=2)
    [letter] = round_()
    assert letter.to == ["nadia@exemple.fr"]
    assert letter.subject == "Anne Autrice vous a nommé·e dans Vie de la cohorte"
    assert "Bonjour Nadia" in letter.body
    assert message.get_absolute_url() in letter.body
    clock.pass_(hours=2)
    assert round_() == []


def test_what_was_read_meanwhile_does_not_leave(say, round_, clock, reader, channel):
    message = say()
    settle(person=reader, about=("channel", [channel.pk]), up_to=message.seq)
    clock.pass_(hours=2)
    assert round_() == []


def test_several_things_leave_in_one_mail_those_of_the_last_minutes_too(say, round_, clock):
    say("Première")
    clock.pass_(minutes=10)
    say("Deuxième", kind="answer")
    clock.pass_(minutes=6)
    [letter] = round_()
    assert letter.subject == "2 nouveautés dans Vie de la cohorte"
    assert letter.body.index("Deuxième") < letter.body.index("Première")
    clock.pass_(hours=3)
    assert round_() == []


def test_a_mail_that_nobody_has_read_is_not_followed_at_once_by_another(say, round_, clock, reader):
    say("Première")
    clock.pass_(minutes=16)
    assert len(round_()) == 1
    say("Deuxième")
    clock.pass_(minutes=16)
    assert round_() == []
    clock.pass_(minutes=45)
    assert len(round_()) == 1


def test_whoever_has_read_the_last_mail_has_the_next_in_its_time(say, round_, clock, reader):
    say("Première")
    clock.pass_(minutes=16)
    assert len(round_()) == 1
    read(person=reader)
    say("Deuxième")
    clock.pass_(minutes=16)
    assert len(round_()) == 1


def test_nothing_leaves_in_quiet_hours_even_when_the_worker_was_late(say, round_, clock):
    say()
    clock.now = TUESDAY.replace(hour=22)
    assert round_() == []
    clock.now = TUESDAY.replace(hour=8) + timedelta(days=1)
    assert len(round_()) == 1


def test_words_changed_or_taken_back_leave_as_they_are_then(say, round_, clock):
    message, gone = say("Mot malheureux"), say("Mot secret")
    type(message).objects.filter(pk=message.pk).update(body="<p>Mot juste</p>")
    type(message).objects.filter(pk=gone.pk).update(body="", removed_at=timezone.now())
    clock.pass_(minutes=16)
    [letter] = round_()
    assert "Mot juste" in letter.body
    assert "malheureux" not in letter.body + letter.alternatives[0][0]
    assert letter.subject == "Anne Autrice vous a nommé·e dans Vie de la cohorte"


@pytest.mark.parametrize("when", ["before", "after"])
def test_whoever_has_left_the_space_receives_nothing_of_it(when, say, round_, clock, reader):
    """Gathered before she was removed, or not yet."""
    say()
    clock.pass_(minutes=16)
    if when == "after":
        gather_all()
    Membership.objects.filter(person=reader).update(left_at=timezone.now())
    assert round_() == []
    letters = Notification.objects.filter(kind="news")
    assert [bool(letter.dropped_at) for letter in letters] == [True] * letters.count()


def test_a_closed_account_receives_nothing(say, round_, clock, reader):
    say()
    reader.is_active = False
    reader.save()
    clock.pass_(hours=1)
    assert round_() == []


def test_a_confidential_channel_gives_its_name_and_a_link_and_never_a_word(say, round_, clock, channel):
    Channel.objects.update(confidential=True)
    channel.refresh_from_db()
    say("Ma directrice me met en difficulté", channel=channel)
    clock.pass_(minutes=16)
    [letter] = round_()
    assert "difficulté" not in f"{letter.subject} {letter.body} {letter.alternatives} {letter.extra_headers}"
    assert f"/fils/{channel.pk}/" in letter.body
    assert letter.reply_to == []


def test_mails_of_one_thread_stand_together_and_can_be_answered(say, round_, clock, settings, reader):
    settings.REPLY_ADDRESS = "reponse@exemple.fr"
    root = say("Racine")
    clock.pass_(minutes=16)
    [first] = round_()
    read(person=reader)
    say("Réponse", kind="answer", thread=root)
    clock.pass_(minutes=16)
    [second] = round_()
    assert (
        first.extra_headers["References"] == second.extra_headers["References"] == second.extra_headers["In-Reply-To"]
    )
    assert first.extra_headers["Message-ID"] != second.extra_headers["Message-ID"]
    to = mailbox.read(parseaddr(second.reply_to[0])[1])
    assert (to.person, to.object_id) == (reader, root.pk)
    assert "Répondez à ce courriel" in second.body


def test_a_mail_about_several_conversations_is_not_answered_by_mail(say, round_, clock, settings):
    settings.REPLY_ADDRESS = "reponse@exemple.fr"
    say("Ici")
    say("Là")
    clock.pass_(minutes=16)
    [letter] = round_()
    assert letter.reply_to == []
    assert "References" not in letter.extra_headers


def test_optional_mail_shows_the_way_out_in_one_click(say, round_, clock, reader):
    say()
    clock.pass_(minutes=16)
    [letter] = round_()
    assert letter.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    link = letter.extra_headers["List-Unsubscribe"].strip("<>")
    assert link in letter.body
    assert link in letter.alternatives[0][0]


def test_words_of_people_are_harmless_in_the_page_of_a_mail(say, round_, clock):
    say("<img src=https://suivi.exemple/x.gif><script>x()</script><strong>Bien</strong>")
    clock.pass_(minutes=16)
    [letter] = round_()
    page = letter.alternatives[0][0]
    assert "<strong>Bien</strong>" in page
    assert "suivi.exemple" not in page
    assert "<script" not in page


def test_a_person_chooses_what_leaves_and_what_waits_is_told_at_once_of_it(say, round_, clock, reader):
    say()
    wish(person=reader, personal=Way.PAGE)
    clock.pass_(hours=1)
    assert round_() == []
    wish(person=reader, personal=Way.MAIL)
    assert len(round_()) == 1


def test_a_letter_somebody_wants_in_her_digest_waits_for_it(round_, clock, reader, channel):
    wish(person=reader, waiting=Way.DIGEST)
    from notifications.actions import notify

    notify(
        address=reader.email,
        kind="note_reviewed",
        facts={"note": str(channel.pk)},
        dedupe_key="n",
        person=reader,
        path="/notes/1/",
    )
    clock.pass_(minutes=1)
    assert round_() == []
    clock.now = MONDAY
    [digest] = [letter for letter in round_() if letter.to == [reader.email]]
    assert "Votre note a été relue" in digest.body


# --- the digest --------------------------------------------------------------------------------------------


@pytest.fixture
def digest_of(round_, clock, reader):
    """`digest_of(reader)`: the digest that Monday morning brings her."""

    def monday(person=reader):
        round_()  # everyone is given wishes
        clock.now = MONDAY
        return [letter for letter in round_() if letter.to == [person.email]]

    return monday


def test_a_digest_says_what_happened_newest_first_with_the_next_event(say, digest_of, clock, reader, channel):
    wish(person=reader, personal=Way.DIGEST)
    say("La plus ancienne")
    clock.pass_(hours=1)
    say("La plus récente")
    EventFactory(
        space=channel.space,
        title="Atelier de Blois",
        starts_at=MONDAY + timedelta(days=20, hours=6),
        ends_at=MONDAY + timedelta(days=20, hours=8),
        place="Halle aux grains",
        mode="onsite",
    )
    [digest] = digest_of()
    assert digest.subject == "Votre résumé ; prochaine rencontre le dimanche 20 décembre"
    assert digest.body.index("La plus récente") < digest.body.index("La plus ancienne")
    for said in ("Atelier de Blois", "dimanche 20 décembre, de 14 h à 16 h", "Halle aux grains"):
        assert said in digest.body.replace("\u202f", " ").replace("\xa0", " ")
    assert "Vie de la cohorte : 2 messages non lus" in digest.body.replace("\xa0", " ")
    assert digest.extra_headers["List-Unsubscribe-Post"]


def test_a_digest_with_nothing_to_say_is_not_sent_nor_one_with_a_distant_event_alone(digest_of, channel, reader):
    EventFactory(space=channel.space, starts_at=MONDAY + timedelta(days=20), ends_at=MONDAY + timedelta(days=21))
    assert digest_of() == []


def test_the_event_of_the_week_alone_is_worth_a_digest(digest_of, channel, reader):
    EventFactory(space=channel.space, starts_at=MONDAY + timedelta(days=3), ends_at=MONDAY + timedelta(days=4))
    assert len(digest_of()) == 1


def test_what_left_by_mail_is_not_in_the_digest_again(say, digest_of, round_, clock, reader, channel):
    Reading.objects.create(channel=channel, person=reader, level=Reading.Level.NOTHING)
    say("Déjà dit")
    clock.pass_(minutes=16)
    assert len(round_()) == 1
    assert digest_of() == []


def test_a_person_removed_from_a_space_finds_nothing_of_it_in_the_digest(say, digest_of, clock, reader, channel):
    wish(person=reader, personal=Way.DIGEST)
    say("Mot de la cohorte")
    EventFactory(space=channel.space, starts_at=MONDAY + timedelta(days=1), ends_at=MONDAY + timedelta(days=2))
    Membership.objects.filter(person=reader).update(left_at=timezone.now())
    assert digest_of() == []


def test_a_person_removed_between_the_gathering_and_the_mail_receives_no_digest(say, clock, reader):
    wish(person=reader, personal=Way.DIGEST)
    say("Mot de la cohorte")
    clock.now = MONDAY
    digest = gather_digest(reader.pk, clock.now)
    Membership.objects.filter(person=reader).update(left_at=timezone.now())
    assert not deliver(digest.pk)
    digest.refresh_from_db()
    assert digest.dropped_at
    assert mail.outbox == []


def test_whoever_wants_no_digest_receives_none(say, digest_of, reader):
    wish(person=reader, personal=Way.DIGEST, digest="never")
    say()
    assert digest_of() == []


def test_a_digest_leaves_once_a_week_and_says_what_is_new_since(say, digest_of, round_, clock, reader):
    wish(person=reader, personal=Way.DIGEST)
    say()
    assert len(digest_of()) == 1
    clock.pass_(days=7)
    assert round_() == []  # nothing since
    say("Encore")
    clock.pass_(days=7)
    assert len(round_()) == 1


# --- two workers, and a mail server in trouble ---------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_two_workers_gather_one_letter(say, clock, reader, together):
    Wishes.objects.create(person=reader)
    say("Une")
    say("Deux")
    clock.pass_(minutes=16)
    made = together(*[lambda: gather(reader.pk, clock.now)] * 4)
    assert len([letter for letter in made if letter]) == 1
    assert not [letter for letter in made if isinstance(letter, Exception)]


@pytest.mark.django_db(transaction=True)
def test_two_workers_make_one_digest(say, clock, reader, together):
    wish(person=reader, personal=Way.DIGEST)
    say()
    clock.now = MONDAY
    made = together(*[lambda: gather_digest(reader.pk, clock.now)] * 4)
    assert len([letter for letter in made if letter]) == 1


@pytest.mark.django_db(transaction=True)
def test_two_rounds_at_once_send_each_thing_once(say, clock, reader, together):
    Wishes.objects.create(person=reader)
    say()
    clock.pass_(minutes=16)
    together(*[go_round] * 3)
    assert len(mail.outbox) == 1


def test_a_mail_sent_before_the_worker_died_is_sent_again_under_the_same_id(say, round_, clock, monkeypatch):
    """Killed between sending and marking: at least once, at most twice, and mail readers show one."""
    say()
    clock.pass_(minutes=16)
    [first] = round_()
    Notification.objects.filter(kind="news").update(sent_at=None)
    [again] = round_()
    assert again.extra_headers["Message-ID"] == first.extra_headers["Message-ID"]


def test_a_mail_server_that_refuses_is_asked_again_ever_more_rarely(say, round_, clock, settings, capsys):
    say()
    clock.pass_(minutes=16)
    settings.EMAIL_BACKEND, settings.EMAIL_PORT = "django.core.mail.backends.smtp.EmailBackend", 1
    round_()
    round_()
    letter = Notification.objects.get(kind="news")
    assert (letter.attempts, letter.locked_until) == (2, clock.now + timedelta(minutes=3))
    round_()
    letter.refresh_from_db()
    assert letter.attempts == 2
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert round_() == []
    clock.pass_(minutes=20)
    assert len(round_()) == 1


def test_the_command_says_what_it_did(say, clock, capsys, django_capture_on_commit_callbacks):
    say()
    clock.pass_(minutes=16)
    call_command("send_waiting_letters")
    assert capsys.readouterr().out == "1 envoyé(s), 0 en attente.\n"


def test_everyone_has_wishes_and_a_digest_to_come_after_a_round(round_, clock):
    person = UserFactory()
    UserFactory(is_active=False)
    round_()
    assert [(row.person, row.next_digest_at) for row in Wishes.objects.filter(person=person)] == [(person, MONDAY)]
    assert Wishes.objects.count() == 1
