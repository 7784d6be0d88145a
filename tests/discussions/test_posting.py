"""Sending a message, with and without a script, and everything that may refuse it."""

from uuid import UUID, uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from discussions.actions import ChannelClosed, FilesGone, ReusedClientId, archive_channel, post_message
from discussions.models import Channel, File, Following, Message
from live.models import LiveEvent
from notifications.models import Notification
from search.models import SearchEntry
from spaces.models import Membership, Role
from tests.factories import SpaceFactory, UserFactory
from tests.factories.discussions import ChannelFactory, FileFactory

pytestmark = pytest.mark.django_db
SCRIPT = {"HTTP_ACCEPT": "application/json"}


@pytest.fixture
def channel():
    return ChannelFactory(name="Covoiturage")


@pytest.fixture
def person(channel, member_of):
    return member_of(channel.space, display_name="Nadia Ferrand")


@pytest.fixture
def client(person, sign_in):
    return sign_in(person)


@pytest.fixture
def say(channel, person):
    def post(body="<p>Bonjour</p>", author=person, **more):
        return post_message(channel=channel, author=author, body=body, client_id=uuid4(), **more)

    return post


def send(client, channel, body="Bonjour", client_id=None, headers=None, **data):
    data = {"body": body, "client_id": client_id or uuid4()} | data
    return client.post(reverse("discussions:post", args=[channel.pk]), data, **(headers or {}))


def test_a_message_without_a_script_leads_back_to_it(client, channel):
    answer = send(client, channel)
    message = channel.messages.get()
    assert answer.status_code == 302
    assert answer.url == f"/fils/{channel.pk}/?autour={message.seq}#m-{message.pk}"


def test_a_message_by_a_script_comes_back_drawn_with_its_number(client, channel, person):
    told = send(client, channel, "Ligne **un**\r\nligne deux", headers=SCRIPT).json()
    assert told["seq"] == 1
    assert UUID(told["message"]) == channel.messages.get().pk
    assert "Ligne <strong>un</strong><br>ligne deux" in told["html"]
    assert 'data-seq="1"' in told["html"]
    assert person.name in told["html"]
    assert told["html"] == LiveEvent.objects.get().html


def test_a_repeated_message_gets_the_first_answer(client, channel):
    once = uuid4()
    first, again = (send(client, channel, client_id=once, headers=SCRIPT).json() for _ in range(2))
    assert first == again
    assert channel.messages.count() == 1


def test_markup_is_words(client, channel):
    html = send(client, channel, "<script>alert(1)</script> & <b>gras</b>", headers=SCRIPT).json()["html"]
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &lt;b&gt;gras&lt;/b&gt;" in html


@pytest.mark.parametrize(
    "nothing", ["", "   ", "\r\n \r\n", "\u200b\u200d", "\u202e\u202c", "\u3164", "\x00\x07", ">", "\u2060 \ufeff"]
)
def test_what_shows_nothing_is_refused(client, channel, nothing):
    answer = send(client, channel, nothing)
    assert answer.status_code == 422
    assert "Écrivez votre message avant de l’envoyer." in answer.content.decode()
    told = send(client, channel, nothing, headers=SCRIPT)
    assert (told.status_code, list(told.json())) == (422, ["error"])
    assert not channel.messages.exists()


def test_what_turns_the_direction_of_words_is_left_out(client, channel):
    send(client, channel, "prix : \u202e001\u202c \u2066x\u2069 euros")
    assert channel.messages.get().body == "<p>prix : 001 x euros</p>"


def test_a_message_that_is_too_long_is_refused_and_kept(client, channel):
    longest = "&" * 8000  # five times as long once it is HTML
    assert send(client, channel, longest).status_code == 302
    answer = send(client, channel, "é" * 8001)
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "8001 caractères" in text
    assert "é" * 8001 in text
    assert send(client, channel, "é" * 100_000, headers=SCRIPT).status_code == 422
    assert channel.messages.count() == 1


def test_line_ends_count_once(client, channel):
    assert send(client, channel, "a\r\n" * 4000).status_code == 302
    assert send(client, channel, "a\r\n" * 4000 + "bb").status_code == 422


def test_an_id_that_served_already_is_refused_and_the_words_kept(client, channel):
    once = uuid4()
    send(client, channel, "Bonjour", client_id=once)
    answer = send(client, channel, "Bonsoir", client_id=once)
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "Bonsoir</textarea>" in text
    assert str(once) not in text
    assert send(client, channel, "Bonsoir", client_id=once, headers=SCRIPT).status_code == 409
    assert channel.messages.count() == 1


@pytest.mark.parametrize("wrong", ["", "x"])
def test_a_message_without_an_id_is_refused(client, channel, wrong):
    data = {"body": "Bonjour", "client_id": wrong}
    assert client.post(reverse("discussions:post", args=[channel.pk]), data, **SCRIPT).status_code == 422
    assert not channel.messages.exists()


def test_nobody_else_learns_that_a_channel_exists(channel, sign_in):
    outsider = sign_in(UserFactory())
    for data in ({}, {"body": ""}, {"quoted": uuid4()}, {"body": "x" * 9000}):
        assert send(outsider, channel, **data).status_code == 404
        assert send(outsider, channel, headers=SCRIPT, **data).status_code == 404
    assert not channel.messages.exists()


@pytest.mark.parametrize("closed", [{"archived_at": timezone.now()}, {"read_only": True}])
def test_a_channel_closed_a_second_ago_says_so_and_the_words_are_kept(client, channel, person, say, closed):
    Channel.objects.filter(pk=channel.pk).update(**closed)
    told = send(client, channel, headers=SCRIPT)
    assert told.status_code == 409
    assert "On n’écrit plus dans ce fil" in told.json()["error"]
    assert send(client, channel).status_code == 409
    with pytest.raises(ChannelClosed):
        say()
    assert not channel.messages.exists()


def test_who_facilitates_writes_in_a_channel_kept_for_it(channel, member_of, say):
    Channel.objects.filter(pk=channel.pk).update(read_only=True)
    assert say(author=member_of(channel.space, Role.FACILITATOR)).seq == 1


def test_who_left_writes_nothing(channel, person, say):
    Membership.objects.filter(person=person).update(left_at=timezone.now())
    with pytest.raises(PermissionDenied):
        say()


def test_who_writes_too_fast_waits_and_keeps_her_words(client, channel, settings):
    settings.SENDS_A_MINUTE = 12  # two at once
    answers = [send(client, channel, f"mot {number}", headers=SCRIPT).status_code for number in range(3)]
    assert answers == [200, 200, 429]
    answer = send(client, channel, "encore un mot")
    assert answer.status_code == 429
    assert "Vous écrivez très vite" in answer.content.decode()
    assert "encore un mot</textarea>" in answer.content.decode()
    assert channel.messages.count() == 2
    changed = client.post(f"{channel.messages.first().page}modifier/", {"body": "un autre mot"}, headers=SCRIPT)
    assert changed.status_code == 429


def test_a_cache_that_is_away_stops_nobody(client, channel, settings, monkeypatch):
    def away(*args, **more):
        raise ConnectionError

    monkeypatch.setattr("accounts.limits._counter", away)
    monkeypatch.setattr("accounts.limits._asked_again_at", 0.0)
    assert send(client, channel, headers=SCRIPT).status_code == 200


# --- threads and quotations -------------------------------------------------------------------------------------------


def test_an_answer_is_counted_and_told_with_its_thread(channel, person, say, member_of):
    root = say()
    answer = say("<p>Oui</p>", thread=root)
    again = say("<p>Non</p>", thread=answer, author=member_of(channel.space))
    root.refresh_from_db()
    assert (answer.thread, again.thread, root.reply_count) == (root, root, 2)
    assert root.last_reply_at == again.created_at
    facts = [event.facts for event in LiveEvent.objects.after(channel.topic, 1)]
    assert facts == [
        {"message": str(answer.pk), "thread": str(root.pk), "replies": 1},
        {"message": str(again.pk), "thread": str(root.pk), "replies": 2},
    ]


def test_who_wrote_in_a_thread_follows_it_with_nothing_of_hers_unread(channel, person, say, member_of):
    other, root = member_of(channel.space), say()
    answer = say(author=other, thread=root)
    followings = {following.person: following.seq for following in Following.objects.order_by("pk")}
    assert followings == {person: answer.seq - 1, other: answer.seq}


def test_an_answer_sent_by_the_form_goes_to_its_thread(client, channel, say):
    root = say()
    answer = send(client, channel, thread=root.pk, quoted=root.pk)
    reply = root.replies.get()
    assert answer.url == f"/fils/{channel.pk}/messages/{root.pk}/#m-{reply.pk}"
    assert reply.quoted == root


def test_a_quotation_shows_who_said_what(client, channel, person, say):
    said = say("<p>Qui part de <strong>Brène</strong> ?</p>")
    html = send(client, channel, "Moi", quoted=said.pk, headers=SCRIPT).json()["html"]
    assert f'data-quoted="{said.pk}"' in html
    assert "Qui part de Brène ?" in html


def test_neither_answers_nor_quotations_leave_their_channel(client, channel, member_of, person):
    elsewhere = ChannelFactory(space=channel.space)
    other = post_message(channel=elsewhere, author=person, body="<p>Là</p>", client_id=uuid4())
    for name in ("thread", "quoted"):
        assert send(client, channel, headers=SCRIPT, **{name: other.pk}).status_code == 422
        assert send(client, channel, headers=SCRIPT, **{name: uuid4()}).status_code == 422
    assert not channel.messages.exists()


# --- files ------------------------------------------------------------------------------------------------------------


def test_files_leave_with_their_message_or_not_at_all(client, channel, person):
    first, second = FileFactory(channel=channel, owner=person), FileFactory(channel=channel, owner=person)
    told = send(client, channel, "", files=[first.pk, second.pk], headers=SCRIPT)
    message = channel.messages.get()
    assert set(message.files.all()) == {first, second}
    assert first.name in told.json()["html"]
    third = FileFactory(channel=channel, owner=person)
    answer = send(client, channel, "Voici", files=[third.pk, second.pk])
    assert answer.status_code == 409
    assert "Voici</textarea>" in answer.content.decode()
    assert File.objects.waiting().get() == third
    assert channel.messages.count() == 1


def test_files_of_others_or_of_elsewhere_are_not_taken(channel, person, member_of, say):
    for file in (FileFactory(channel=channel, owner=member_of(channel.space)), FileFactory(owner=person)):
        with pytest.raises(FilesGone):
            say(files=[file.pk])
    assert not channel.messages.exists()


def test_a_message_with_files_sent_twice_is_one(channel, person):
    file, once = FileFactory(channel=channel, owner=person), uuid4()
    first, again = (
        post_message(channel=channel, author=person, body="", client_id=once, files=[file.pk]) for _ in range(2)
    )
    assert first == again


# --- what follows -----------------------------------------------------------------------------------------------------


def test_a_message_is_found_by_its_words_unless_they_are_confidential(channel, say):
    entries = SearchEntry.objects.filter(kind="message")
    found = say("<p>Un broyeur de <strong>végétaux</strong></p>")
    assert list(entries.values_list("object_id", "body")) == [(found.pk, "Un broyeur de végétaux")]
    Channel.objects.filter(pk=channel.pk).update(confidential=True)
    say("<p>Un autre broyeur</p>")
    assert entries.count() == 1


def test_each_reader_is_told_once_for_what_concerns_her_most(channel, person, say, member_of):
    named, follower, keen, muted, gone = (member_of(channel.space) for _ in range(5))
    for reader, level in ((keen, "all"), (muted, "nothing"), (named, "all")):
        channel.readings.create(person=reader, level=level)
    root = say(author=follower)
    Notification.objects.all().delete()
    Membership.objects.filter(person=gone).update(left_at=timezone.now())
    answer = say(thread=root, named=[named.pk, follower.pk, muted.pk, gone.pk, person.pk])
    told = {(row.person, row.kind, row.path) for row in Notification.objects.all()}
    path = answer.get_absolute_url()
    assert told == {(named, "mention", path), (follower, "mention", path), (keen, "channel_message", path)}
    assert set(answer.mentions.values_list("person", flat=True)) == {named.pk, follower.pk, muted.pk, gone.pk}
    assert say(thread=root, author=keen).pk
    kinds = {row.person: row.kind for row in Notification.objects.filter(by=keen)}
    assert kinds == {person: "answer", named: "answer", follower: "answer"}


def test_a_direct_message_is_told_to_the_other():
    space = SpaceFactory()
    one, other = UserFactory(), UserFactory()
    for reader in (one, other):
        Membership.objects.create(space=space, person=reader, role=Role.PARTICIPANT)
    direct = ChannelFactory(space=space, kind=Channel.Kind.DIRECT, name="", pair="a:b")
    direct.people.set([one, other])
    message = post_message(channel=direct, author=one, body="<p>Bonjour</p>", client_id=uuid4())
    notice = Notification.objects.get()
    assert (notice.person, notice.kind) == (other, "direct_message")
    Membership.objects.filter(person=other).update(left_at=timezone.now())
    with pytest.raises(ChannelClosed):
        post_message(channel=direct, author=one, body="<p>Tu es là ?</p>", client_id=uuid4())
    assert list(direct.messages.all()) == [message]


def test_the_readers_of_a_channel_are_those_to_whom_it_is_visible(member_of):
    cohort = SpaceFactory()
    network = SpaceFactory(kind="network")
    people = [member_of(cohort), member_of(cohort, Role.SPONSOR), member_of(SpaceFactory()), UserFactory()]
    direct = ChannelFactory(space=cohort, kind=Channel.Kind.DIRECT, name="", pair="c:d")
    direct.people.set(people[:3])
    for one in (ChannelFactory(space=cohort), ChannelFactory(space=network), direct):
        readers = set(one.readers())
        assert readers == {reader for reader in people if Channel.objects.visible_to(reader).filter(pk=one.pk)}


# --- at the same moment -----------------------------------------------------------------------------------------------


def test_the_same_message_sent_twice_at_once_is_written_once(together, member_of):
    channel = ChannelFactory()
    author, once = member_of(channel.space), uuid4()

    def post():
        return post_message(channel=channel, author=author, body="<p>Bonjour</p>", client_id=once)

    assert len({message.pk for message in together(post, post, post)}) == 1
    assert channel.messages.count() == 1


def test_one_id_in_two_channels_at_once_is_written_in_one(together, member_of):
    channel = ChannelFactory()
    other = ChannelFactory(space=channel.space)
    author, once = member_of(channel.space), uuid4()

    def post(where):
        return lambda: post_message(channel=where, author=author, body="<p>Bonjour</p>", client_id=once)

    outcomes = together(post(channel), post(other))
    assert {type(outcome) for outcome in outcomes} == {Message, ReusedClientId}
    assert Message.objects.count() == 1


def test_people_who_write_at_once_are_all_heard_in_one_order(together, member_of):
    channel = ChannelFactory()
    authors = [member_of(channel.space) for _ in range(6)]
    outsider = UserFactory()
    calls = [
        lambda author=author: post_message(channel=channel, author=author, body="<p>Moi</p>", client_id=uuid4())
        for author in [*authors, outsider]
    ]
    outcomes = together(*calls)
    assert isinstance(outcomes.pop(), PermissionDenied)  # and nobody else is refused with her
    assert sorted(message.seq for message in outcomes) == [1, 2, 3, 4, 5, 6]
    assert [event.facts["message"] for event in LiveEvent.objects.after(channel.topic, 0)] == [
        str(message.pk) for message in channel.messages.order_by("seq")
    ]


def test_a_message_comes_before_the_archiving_of_its_channel_or_not_at_all(together, member_of):
    channel = ChannelFactory()
    author, facilitator = member_of(channel.space), member_of(channel.space, Role.FACILITATOR)
    posted, archived = together(
        lambda: post_message(channel=channel, author=author, body="<p>Bonjour</p>", client_id=uuid4()),
        lambda: archive_channel(channel=channel, by=facilitator),
    )
    assert not isinstance(archived, Exception)
    kinds = list(LiveEvent.objects.after(channel.topic, 0).values_list("kind", flat=True))
    if isinstance(posted, ChannelClosed):
        assert kinds == ["channel.changed"]
    else:
        assert kinds == ["message.posted", "channel.changed"]
