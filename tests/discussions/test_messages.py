"""What becomes of a message: changed, taken back, answered with a sign, pinned, kept."""

from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from discussions.actions import (
    MessageGone,
    edit_message,
    follow_thread,
    keep_for_later,
    pin_message,
    post_message,
    react,
    remove_message,
)
from discussions.fragments import with_signs
from discussions.models import Channel, Following, ModerationAct, Reaction, SavedMessage, Sign
from live.models import LiveEvent
from notifications.models import Notification
from search.models import SearchEntry
from spaces.models import Membership, Role
from tests.factories import UserFactory
from tests.factories.discussions import ChannelFactory, FileFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def channel():
    return ChannelFactory()


@pytest.fixture
def author(channel, member_of):
    return member_of(channel.space)


@pytest.fixture
def say(channel, author):
    def post(body="<p>Bonjour</p>", author=author, **more):
        return post_message(channel=channel, author=author, body=body, client_id=uuid4(), **more)

    return post


def last_event(channel):
    return LiveEvent.objects.filter(topic__name=channel.topic).order_by("seq").last()


# --- changing ---------------------------------------------------------------------------------------------------------


def test_changed_words_leave_their_history_and_the_log(channel, author, say, member_of):
    reader, message = member_of(channel.space), say("<p>Jeudi</p>")
    for _twice in range(2):
        edit_message(message=message, by=author, body="<p>Vendredi</p>", named=[reader.pk])
    message.refresh_from_db()
    assert message.body == "<p>Vendredi</p>"
    assert [edition.body for edition in message.editions.all()] == ["<p>Jeudi</p>"]
    events = list(LiveEvent.objects.after(channel.topic, 0))
    assert [event.kind for event in events] == ["message.posted", "message.changed"]
    for event in events:
        assert "Jeudi" not in event.html
        assert "Vendredi" in event.html
        assert "modifié à" in event.html
    assert SearchEntry.objects.get(kind="message").body == "Vendredi"
    assert Notification.objects.get().person == reader


def test_who_is_no_longer_named_is_no_longer_mentioned(author, say, channel, member_of):
    one, other = member_of(channel.space), member_of(channel.space)
    message = say(named=[one.pk])
    edit_message(message=message, by=author, body="<p>Autre</p>", named=[other.pk])
    assert list(message.mentions.values_list("person", flat=True)) == [other.pk]
    edit_message(message=message, by=author, body="<p>Encore</p>", named=[other.pk])
    assert Notification.objects.filter(person=other).count() == 1


def test_nobody_else_changes_words(channel, say, member_of):
    message = say()
    for person in (member_of(channel.space), member_of(channel.space, Role.FACILITATOR), UserFactory()):
        with pytest.raises(PermissionDenied):
            edit_message(message=message, by=person, body="<p>Autre</p>")
    message.refresh_from_db()
    assert message.body == "<p>Bonjour</p>"


@pytest.mark.parametrize("closed", ["left", "archived"])
def test_who_may_no_longer_write_there_changes_nothing(channel, author, say, closed):
    message = say()
    if closed == "left":
        Membership.objects.filter(person=author).update(left_at=timezone.now())
    else:
        Channel.objects.filter(pk=channel.pk).update(archived_at=timezone.now())
    with pytest.raises(PermissionDenied):
        edit_message(message=message, by=author, body="<p>Autre</p>")


def test_a_quotation_follows_the_words_it_shows(channel, author, say):
    quoted = say("<p>Jeudi</p>")
    quoting = say("<p>Moi aussi</p>", quoted=quoted)
    edit_message(message=quoted, by=author, body="<p>Vendredi</p>")
    assert "Vendredi" in last_event(channel).html
    assert last_event(channel).facts == {"message": str(quoting.pk)}
    remove_message(message=quoted, by=author)
    for event in LiveEvent.objects.after(channel.topic, 0):
        assert "Jeudi" not in event.html
        assert "Vendredi" not in event.html
    assert "Message retiré" in last_event(channel).html


# --- taking back ------------------------------------------------------------------------------------------------------


def test_what_is_taken_back_leaves_no_copy(channel, author, say, member_of, django_capture_on_commit_callbacks):
    reader = member_of(channel.space)
    file = FileFactory(channel=channel, owner=author)
    message = say("<p>Un secret</p>", files=[file.pk], named=[reader.pk])
    edit_message(message=message, by=author, body="<p>Un autre secret</p>", named=[reader.pk])
    react(message=message, by=reader, sign=Sign.THANKS, on=True)
    keep_for_later(message=message, by=reader, on=True)
    pin_message(message=message, by=_facilitator(channel, member_of), on=True)
    with django_capture_on_commit_callbacks(execute=True):
        remove_message(message=message, by=author)
    message.refresh_from_db()
    for rows in (message.editions, message.mentions, message.reactions, message.files):
        assert not rows.exists()
    assert not file.content.storage.exists(file.content.name)
    assert not SavedMessage.objects.exists()
    assert not SearchEntry.objects.exists()
    assert not Notification.objects.exists()
    assert (message.body, message.pinned_at) == ("", None)
    for event in LiveEvent.objects.after(channel.topic, 0):
        assert "secret" not in event.html


def test_an_answer_taken_back_is_no_longer_counted(channel, author, say):
    root = say()
    answer = say(thread=root)
    remove_message(message=answer, by=author)
    remove_message(message=answer, by=author)
    root.refresh_from_db()
    assert root.reply_count == 0
    assert last_event(channel).facts == {"message": str(answer.pk), "thread": str(root.pk), "replies": 0}


def test_a_facilitator_who_takes_words_back_leaves_a_trace(channel, author, say, member_of):
    mine, theirs = say(), say()
    remove_message(message=mine, by=author)
    assert not ModerationAct.objects.exists()
    facilitator = _facilitator(channel, member_of)
    remove_message(message=theirs, by=facilitator)
    act = ModerationAct.objects.get()
    assert (act.message, act.by, act.verb) == (theirs, facilitator, "remove")


def test_nothing_is_done_with_what_is_gone(channel, author, say, member_of):
    message = say()
    remove_message(message=message, by=author)
    facilitator = _facilitator(channel, member_of)
    with pytest.raises(MessageGone):
        edit_message(message=message, by=author, body="<p>Autre</p>")
    with pytest.raises(MessageGone):
        react(message=message, by=author, sign=Sign.BRAVO, on=True)
    with pytest.raises(MessageGone):
        pin_message(message=message, by=facilitator, on=True)
    with pytest.raises(MessageGone):
        keep_for_later(message=message, by=author, on=True)


def test_words_changed_and_taken_back_at_once_are_gone(together, member_of):
    channel = ChannelFactory()
    author = member_of(channel.space)
    message = post_message(channel=channel, author=author, body="<p>Jeudi</p>", client_id=uuid4())
    together(
        lambda: edit_message(message=message, by=author, body="<p>Vendredi</p>"),
        lambda: remove_message(message=message, by=author),
    )
    message.refresh_from_db()
    assert message.body == ""
    assert not message.editions.exists()
    assert not SearchEntry.objects.exists()


# --- signs, pins, what one keeps --------------------------------------------------------------------------------------


def test_a_sign_is_given_once_and_taken_back_once(channel, author, say, member_of):
    message, other = say(), member_of(channel.space)
    for person, on in ((author, True), (author, True), (other, True), (author, False), (author, False)):
        react(message=message, by=person, sign="thanks", on=on)
    events = LiveEvent.objects.after(channel.topic, 1)
    assert [event.kind for event in events] == ["message.reacted"] * 3
    assert [(event.facts["on"], event.facts["count"]) for event in events] == [(True, 1), (True, 2), (False, 1)]
    assert events[0].facts["person"] == str(author.pk)
    drawn = with_signs([message], other)[0]
    assert [(under.sign, under.count) for under in drawn.signs] == [(Sign.THANKS, 1)]
    assert list(drawn.mine) == ["thanks"]
    assert list(with_signs([say()], author)[0].mine) == []


def test_only_readers_give_signs_and_only_while_the_channel_goes_on(channel, author, say):
    message = say()
    with pytest.raises(PermissionDenied):
        react(message=message, by=UserFactory(), sign="thanks", on=True)
    Channel.objects.filter(pk=channel.pk).update(archived_at=timezone.now())
    with pytest.raises(PermissionDenied):
        react(message=message, by=author, sign="thanks", on=True)
    assert not Reaction.objects.exists()


def test_who_facilitates_pins_and_the_pages_see_it(channel, author, say, member_of):
    message, facilitator = say(), _facilitator(channel, member_of)
    with pytest.raises(PermissionDenied):
        pin_message(message=message, by=author, on=True)
    for on in (True, True, False):
        pin_message(message=message, by=facilitator, on=on)
        assert ("Épinglé" in last_event(channel).html) == on
    kinds = LiveEvent.objects.after(channel.topic, 1).values_list("kind", flat=True)
    assert list(kinds) == ["message.changed", "message.changed"]


def test_each_of_the_two_pins_in_a_direct_message(channel, author, member_of):
    other = member_of(channel.space)
    direct = ChannelFactory(space=channel.space, kind=Channel.Kind.DIRECT, name="", pair="a:b")
    direct.people.set([author, other])
    message = post_message(channel=direct, author=author, body="<p>Bonjour</p>", client_id=uuid4())
    assert pin_message(message=message, by=other, on=True).pinned_by == other
    with pytest.raises(PermissionDenied):
        remove_message(message=message, by=_facilitator(channel, member_of))


def test_what_one_keeps_is_kept_once_and_told_to_nobody(channel, author, say):
    message = say()
    for on, count in ((True, 1), (True, 1), (False, 0), (False, 0)):
        keep_for_later(message=message, by=author, on=on)
        assert SavedMessage.objects.filter(person=author).count() == count
    with pytest.raises(PermissionDenied):
        keep_for_later(message=message, by=UserFactory(), on=True)
    assert last_event(channel).kind == "message.posted"


def test_who_stops_following_a_thread_is_told_nothing_until_she_follows_again(channel, author, say, member_of):
    other, root = member_of(channel.space), say()
    follow_thread(message=root, by=author, on=False)
    say(thread=root, author=other)
    assert not Notification.objects.exists()
    follow_thread(message=root, by=author, on=True)
    say(thread=root, author=other)
    assert Notification.objects.get().person == author
    with pytest.raises(PermissionDenied):
        follow_thread(message=root, by=UserFactory(), on=True)
    assert Following.objects.count() == 2


def _facilitator(channel, member_of):
    return member_of(channel.space, Role.FACILITATOR)
