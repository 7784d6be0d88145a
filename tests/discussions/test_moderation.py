"""Reporting, hiding with a reason, putting back, answering."""

from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

import search
from discussions.actions import follow_thread, open_direct, post_message, remove_message
from discussions.actions.moderation import (
    AlreadyReported,
    NothingToDecide,
    answer_moderation,
    hide_message,
    keep_message,
    report_message,
    restore_message,
)
from discussions.models import Channel, Message, ModerationAct, Report
from live.models import LiveEvent
from notifications.models import Notification
from spaces.models import Role
from tests.factories import SpaceFactory
from tests.factories.accounts import administrator
from tests.factories.discussions import ChannelFactory, MessageFactory

pytestmark = pytest.mark.django_db

REASON = "On y nomme une personne absente."


@pytest.fixture
def talk(member_of):
    """A channel, its facilitator, who wrote in it, and who read it."""

    class Talk:
        channel = ChannelFactory()
        facilitator = member_of(channel.space, Role.FACILITATOR)
        author = member_of(channel.space)
        reader = member_of(channel.space)

        def say(self, body: str) -> Message:
            return post_message(channel=self.channel, author=self.author, body=body, client_id=uuid4())

    talk = Talk()
    talk.message = talk.say("<p>Le préfet exagère</p>")
    return talk


def _url(name: str, message: Message) -> str:
    return reverse(f"discussions:{name}", args=[message.channel_id, message.pk])


def _found(channel: Channel, words: str) -> bool:
    return search.latest("message", words, scopes=[channel.space_id], within=[channel.pk], limit=1).exists()


def test_a_report_reaches_those_who_moderate_and_nobody_else(talk):
    report = report_message(message=talk.message, by=talk.reader, reason=REASON)
    told = Notification.objects.filter(kind="message_reported")
    assert [notice.person for notice in told] == [talk.facilitator]
    assert REASON not in str(told.get().facts)
    with pytest.raises(AlreadyReported):
        report_message(message=talk.message, by=talk.reader, reason="Encore.")
    assert Report.objects.get() == report


def test_nobody_reports_her_own_message_or_one_she_cannot_read(talk, member_of):
    for stranger in (talk.author, member_of(SpaceFactory())):
        with pytest.raises(PermissionDenied):
            report_message(message=talk.message, by=stranger, reason=REASON)
    assert not Report.objects.exists()


def test_a_hidden_message_leaves_its_reason_to_all_and_its_words_to_nobody(talk, sign_in):
    report_message(message=talk.message, by=talk.reader, reason=REASON)
    hide_message(message=talk.message, by=talk.facilitator, reason=REASON)

    text = sign_in(talk.reader).get(reverse("discussions:channel", args=[talk.channel.pk])).text
    assert "préfet" not in text
    assert REASON in text.replace("\u00a0", " ")
    events = LiveEvent.objects.after(talk.channel.topic, 0)
    assert [event.kind for event in events] == ["message.posted", "message.changed"]
    assert not any("préfet" in event.html for event in events)
    assert not _found(talk.channel, "préfet")
    report = Report.objects.get()
    assert (report.outcome, report.closed_by) == ("hidden", talk.facilitator)
    assert Notification.objects.get(kind="message_hidden").person == talk.author


def test_who_does_not_facilitate_hides_nothing(talk):
    for person in (talk.reader, talk.author, administrator()):
        with pytest.raises(PermissionDenied):
            hide_message(message=talk.message, by=person, reason=REASON)
    talk.message.refresh_from_db()
    assert talk.message.stands


def test_an_administrator_moderates_on_report_only(talk):
    admin = administrator()
    report_message(message=talk.message, by=talk.reader, reason=REASON)
    hide_message(message=talk.message, by=admin, reason=REASON)
    assert Message.objects.get().hidden_by == admin


def test_a_direct_message_is_moderated_on_report_only(talk, member_of):
    direct = Channel.objects.create(space=talk.channel.space, kind=Channel.Kind.DIRECT, pair="a:b")
    direct.people.set([talk.author, talk.reader])
    message = MessageFactory(channel=direct, author=talk.author)
    with pytest.raises(PermissionDenied):
        hide_message(message=message, by=talk.facilitator, reason=REASON)
    report_message(message=message, by=talk.reader, reason=REASON)
    hide_message(message=message, by=talk.facilitator, reason=REASON)


def test_a_message_put_back_is_read_and_found_again(talk):
    hide_message(message=talk.message, by=talk.facilitator, reason=REASON)
    restore_message(message=talk.message, by=talk.facilitator)
    event = LiveEvent.objects.after(talk.channel.topic, 0).last()
    assert "préfet" in event.html
    assert _found(talk.channel, "préfet")
    with pytest.raises(NothingToDecide):
        restore_message(message=talk.message, by=talk.facilitator)
    assert [act.verb for act in ModerationAct.objects.order_by("pk")] == ["hide", "restore"]


def test_a_message_that_is_left_closes_its_reports(talk):
    report_message(message=talk.message, by=talk.reader, reason=REASON)
    assert Notification.objects.unread().filter(person=talk.facilitator).exists()
    keep_message(message=talk.message, by=talk.facilitator)
    assert not Notification.objects.unread().filter(person=talk.facilitator).exists()
    assert Report.objects.get().outcome == "kept"
    with pytest.raises(NothingToDecide):
        keep_message(message=talk.message, by=talk.facilitator)
    report_message(message=talk.message, by=talk.reader, reason="Toujours.")


def test_the_author_answers_and_the_facilitator_reads_it(talk, sign_in):
    with pytest.raises(NothingToDecide):
        answer_moderation(message=talk.message, author=talk.author, words="Pardon ?")
    hide_message(message=talk.message, by=talk.facilitator, reason=REASON)
    client = sign_in(talk.author)
    page = client.get(_url("hidden", talk.message)).text
    assert "préfet" in page
    assert REASON in page.replace("\u00a0", " ")
    client.post(_url("hidden", talk.message), {"words": "Il était là."})
    told = Notification.objects.get(kind="moderation_answered")
    assert told.person == talk.facilitator
    assert "Il était là." in sign_in(talk.facilitator).get(told.path).text
    assert sign_in(talk.reader).get(_url("hidden", talk.message)).status_code == 404


def test_words_come_back_when_the_reason_is_missing_or_too_long(talk, sign_in):
    answer = sign_in(talk.facilitator).post(_url("hide", talk.message), {"reason": "x" * 301})
    assert answer.status_code == 422
    assert "x" * 301 in answer.text
    assert sign_in(talk.reader).post(_url("report", talk.message), {"reason": " "}).status_code == 422
    assert not Report.objects.exists()


def test_the_page_of_reports_costs_the_same_with_three_as_with_one(talk, sign_in, member_of, assert_same_queries):
    def reported() -> None:
        report_message(message=talk.say("<p>Oh</p>"), by=member_of(talk.channel.space), reason=REASON)
        hide_message(message=talk.say("<p>Ah</p>"), by=talk.facilitator, reason=REASON)

    assert_same_queries(
        sign_in(talk.facilitator), reverse("discussions:reports", args=[talk.channel.space_id]), reported
    )


def test_an_administrator_reads_what_was_reported_and_nothing_else(talk, sign_in):
    report_message(message=talk.message, by=talk.reader, reason=REASON)
    hide_message(message=talk.say("<p>Un secret</p>"), by=talk.facilitator, reason=REASON)
    page = sign_in(administrator()).get(reverse("discussions:reports", args=[talk.channel.space_id])).text
    assert "préfet" in page
    assert "secret" not in page


def test_who_facilitates_neither_judges_her_own_message_nor_learns_who_reported_it(talk, sign_in):
    mine = post_message(channel=talk.channel, author=talk.facilitator, body="<p>Ah non</p>", client_id=uuid4())
    report_message(message=mine, by=talk.reader, reason=REASON)
    with pytest.raises(PermissionDenied):
        keep_message(message=mine, by=talk.facilitator)
    page = sign_in(talk.facilitator).get(reverse("discussions:reports", args=[talk.channel.space_id])).text
    assert talk.reader.name not in page
    assert "Ah non" not in page


def test_what_is_reported_of_the_only_facilitator_waits_for_administrators(talk):
    admin = administrator()
    mine = post_message(channel=talk.channel, author=talk.facilitator, body="<p>Ah non</p>", client_id=uuid4())
    report_message(message=mine, by=talk.reader, reason=REASON)
    assert Notification.objects.get(kind="message_reported").person == admin
    keep_message(message=mine, by=admin)
    assert not Notification.objects.unread().filter(kind="message_reported").exists()


def test_nothing_waits_for_those_who_were_told_of_words_that_are_hidden(talk):
    told = post_message(
        channel=talk.channel, author=talk.author, body="<p>Ah</p>", client_id=uuid4(), named=[talk.reader.pk]
    )
    assert Notification.objects.filter(person=talk.reader).exists()
    hide_message(message=told, by=talk.facilitator, reason=REASON)
    assert not Notification.objects.filter(person=talk.reader).exists()


def test_between_two_people_each_takes_back_her_own_words_only(talk):
    direct = open_direct(by=talk.facilitator, other=talk.author)
    theirs = post_message(channel=direct, author=talk.author, body="<p>Non</p>", client_id=uuid4())
    with pytest.raises(PermissionDenied):
        remove_message(message=theirs, by=talk.facilitator)
    remove_message(message=theirs, by=talk.author)


def test_who_follows_the_answers_to_a_hidden_message_does_not_read_it(talk, sign_in):
    follow_thread(message=talk.message, by=talk.reader, on=True)
    hide_message(message=talk.message, by=talk.facilitator, reason=REASON)
    page = sign_in(talk.reader).get(reverse("discussions:all")).text
    assert "préfet" not in page
    assert "Message retiré" in page
