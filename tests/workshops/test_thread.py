"""The thread of a session: of its group, and gone with its words."""

from datetime import timedelta
from io import StringIO
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from discussions.actions import post_message
from discussions.models import Channel, Message
from discussions.permissions import can_read
from spaces.models import Role
from tests.factories.workshops import set_table
from workshops import actions
from workshops.models import CodevSession

pytestmark = pytest.mark.django_db


@pytest.fixture
def table():
    return set_table()


def test_a_session_has_one_thread_confidential_and_named_by_its_day(table):
    channel = actions.open_thread(session=table.session, by=table.client)
    assert actions.open_thread(session=table.session, by=table.facilitator) == channel
    assert (channel.space, channel.confidential) == (table.event.space, True)
    assert channel.name.startswith("Séance du ")
    assert table.event.title not in channel.name


def test_its_group_reads_it_and_nobody_else(table, member_of):
    channel = actions.open_thread(session=table.session, by=table.client)
    assert can_read(member_of(table.event.space), channel)
    for role in (Role.SPONSOR, Role.WITNESS):
        outside = member_of(table.event.space, role)
        assert not can_read(outside, channel)
        with pytest.raises(PermissionDenied):
            actions.open_thread(session=table.session, by=outside)


def test_it_goes_with_the_words_of_the_session_and_does_not_open_again(table, sign_in):
    channel = actions.open_thread(session=table.session, by=table.client)
    post_message(channel=channel, author=table.client, body="<p>Entre nous</p>", client_id=uuid4())
    table.close()
    CodevSession.objects.filter(pk=table.event.pk).update(closed_at=timezone.now() - timedelta(days=130))
    call_command("erase_session_content", stdout=StringIO())
    assert not Channel.objects.filter(pk=channel.pk).exists()
    assert not Message.objects.exists()
    with pytest.raises(actions.NotNow):
        actions.open_thread(session=table.session, by=table.client)
    client, page = sign_in(table.client), reverse("workshops:event", args=[table.event.pk])
    assert "En parler dans un fil" not in client.get(page).content.decode()
    assert client.post(reverse("workshops:talk", args=[table.event.pk])).status_code == 409


def test_the_page_of_a_session_leads_to_its_thread(table, sign_in):
    client, page = sign_in(table.client), reverse("workshops:event", args=[table.event.pk])
    assert "En parler dans un fil" in client.get(page).content.decode()
    answer = client.post(reverse("workshops:talk", args=[table.event.pk]))
    channel = Channel.objects.get(kind=Channel.Kind.ABOUT)
    assert answer.url == channel.get_absolute_url()
    text = client.get(answer.url).content.decode()
    assert page in text
    assert "ces mots ne partent dans aucun courriel" in text
