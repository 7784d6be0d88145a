"""From messages to a note, with those it quotes."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from discussions.models import Channel, Message
from notifications.models import Notification
from reservoir.models import Note, Quotation
from richtext.marks import to_marks
from spaces.models import Space
from tests.factories import SpaceFactory
from tests.factories.discussions import ChannelFactory, MessageFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort():
    return SpaceFactory()


@pytest.fixture
def channel(cohort):
    return ChannelFactory(space=cohort, name="Halle [et *place*]")


@pytest.fixture
def author(cohort, member_of):
    return member_of(cohort, display_name="Claire Martin")


@pytest.fixture
def other(cohort, member_of):
    return member_of(cohort, display_name="Paul Petit")


def say(channel: Channel, author, body: str = "<p>Osez <strong>demander</strong>.</p>", **fields: object) -> Message:
    return MessageFactory(channel=channel, author=author, body=body, **fields)


@pytest.fixture
def page(author, sign_in):
    """`page(messages, title=…)`: open it, or begin the note."""
    browser = sign_in(author)

    def at(messages: list[Message], **sent: object):
        ids = [message.pk for message in messages]
        url = reverse("home:capitalise")
        return (
            browser.post(url, {"messages": ids, "client_id": uuid4()} | sent)
            if sent
            else browser.get(url, {"messages": ids})
        )

    return at


def test_the_page_shows_the_choice_and_what_was_said_around(channel, author, other, page):
    before, one, after = (say(channel, other, f"<p>{words}</p>") for words in ("avant", "ceci", "après"))
    shown = page([one]).content.decode()
    assert f'value="{one.pk}" checked' in shown
    assert f'value="{before.pk}"' in shown
    assert f'value="{after.pk}"' in shown
    assert shown.count(" checked") == 1
    assert Note.objects.count() == 0


def test_the_thread_of_a_message_is_offered(channel, other, page):
    root = say(channel, other, reply_count=1)
    answer, elsewhere = say(channel, other, thread=root), say(channel, other)
    for chosen in (root, answer):
        shown = page([chosen]).content.decode()
        assert f'value="{answer.pk}"' in shown
        assert f'value="{root.pk}"' in shown
        assert f'value="{elsewhere.pk}"' not in shown


def test_a_private_note_begins_with_the_quotes_and_the_way_back(channel, author, other, page, settings):
    theirs = say(channel, other, "<p>Osez <strong>demander</strong>.</p><p>Deux *fois*.</p>")
    mine = say(channel, author)
    response = page([mine, theirs], title="Demander les clés")
    note = Note.objects.get()
    assert response.url == reverse("reservoir:write", args=[note.pk])
    assert (note.title, note.visibility, note.space) == ("Demander les clés", "private", channel.space)
    story = note.sections.get(section="story")
    assert story.html.count("<blockquote>") == 2
    assert f"{settings.SITE_URL}{theirs.get_absolute_url()}" in story.html.replace("&amp;", "&")
    assert "Paul Petit, Halle et place, " in story.text
    assert to_marks(story.html) is not None, "the page without a script takes it up"
    assert [row.person for row in Quotation.objects.all()] == [other]
    assert Notification.objects.filter(kind="quote_consent", person=other).count() == 1


def test_the_same_form_sent_twice_begins_one_note(channel, other, page):
    sent = {"title": "Demander", "client_id": uuid4()}
    message = say(channel, other)
    assert page([message], **sent).url == page([message], **sent).url
    assert Note.objects.count() == Quotation.objects.count() == 1


def test_nothing_leaves_a_confidential_channel(channel, other, page):
    message = say(channel, other)
    Channel.objects.update(confidential=True)
    for response in (page([message]), page([message], title="Demander")):
        assert response.status_code == 409
        assert "confidentiel" in response.content.decode()
    assert Note.objects.count() == 0


def test_one_channel_at_a_time(channel, cohort, other, page):
    messages = [say(channel, other), say(ChannelFactory(space=cohort), other)]
    assert page(messages, title="Demander").status_code == 409
    assert Note.objects.count() == 0


@pytest.mark.parametrize("count", [0, 11])
def test_one_to_ten_messages_and_the_title_typed_stays(channel, other, page, count):
    messages = [say(channel, other) for _ in range(max(count, 1))]
    response = page(messages[:count], title="Demander les clés", seen=messages[0].pk)
    assert response.status_code == 422
    assert 'value="Demander les clés"' in response.content.decode()
    assert Note.objects.count() == 0


def test_what_one_does_not_read_or_is_gone_is_not_quoted(channel, author, other, page):
    hidden = say(channel, other, hidden_at=timezone.now(), hidden_reason="hors sujet")
    elsewhere = say(ChannelFactory(), other)
    assert page([hidden]).status_code == page([elsewhere]).status_code == 404
    standing = say(channel, other)
    page([hidden, elsewhere, standing], title="Demander")
    assert [row.message for row in Quotation.objects.all()] == [standing.pk]


@pytest.mark.parametrize("value", ["", "rien", "0" * 5_000])
def test_an_address_that_means_nothing_is_not_found(author, sign_in, value):
    assert sign_in(author).get(reverse("home:capitalise"), {"messages": value}).status_code == 404


def test_a_note_from_a_peer_group_is_written_in_its_cohort(cohort, author, other, member_of, page):
    group = SpaceFactory(kind=Space.Kind.PEER_GROUP, parent=cohort)
    author.memberships.create(space=group, role="participant")
    message = say(ChannelFactory(space=group), other)
    page([message], title="Demander")
    assert Note.objects.get().space == cohort


# --- the end of the wait -----------------------------------------------------------------------------------------


@pytest.fixture
def quotation(channel, other, page, cohort):
    page([say(channel, other)], title="Demander")
    return Quotation.objects.get()


def _state(quotation: Quotation) -> str:
    call_command("lapse_quotations", verbosity=0)
    quotation.refresh_from_db()
    return quotation.state


def test_a_question_waits_three_days(quotation):
    assert _state(quotation) == Quotation.State.ASKED
    Quotation.objects.update(asked_at=timezone.now() - timedelta(hours=73))
    assert _state(quotation) == Quotation.State.LAPSED


def test_a_question_about_a_message_taken_back_ends_at_once(quotation):
    Message.objects.filter(pk=quotation.message).update(removed_at=timezone.now(), body="")
    assert _state(quotation) == Quotation.State.LAPSED


def test_a_question_to_somebody_who_left_ends_at_once(quotation, other):
    other.memberships.update(left_at=timezone.now())
    assert _state(quotation) == Quotation.State.LAPSED


def test_an_answer_given_stays_when_its_message_goes(quotation):
    Quotation.objects.update(state=Quotation.State.GRANTED)
    Message.objects.filter(pk=quotation.message).delete()
    assert _state(quotation) == Quotation.State.GRANTED
