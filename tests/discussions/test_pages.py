"""The page of a channel, with and without a script."""

from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from discussions.actions import post_message, remove_message
from discussions.views import PAGE
from spaces.models import Role
from tests.factories.discussions import ChannelFactory, MessageFactory

pytestmark = pytest.mark.django_db
SCRIPT = {"HTTP_ACCEPT": "application/json"}


@pytest.fixture
def channel():
    return ChannelFactory(name="Covoiturage", description="Qui part d’où.")


@pytest.fixture
def person(channel, member_of):
    return member_of(channel.space)


@pytest.fixture
def client(person, sign_in):
    return sign_in(person)


def post(client, channel, body="Bonjour", client_id=None, **more):
    data = {"body": body, "client_id": client_id or uuid4()}
    return client.post(reverse("discussions:post", args=[channel.pk]), data, **more)


def page(client, channel, query=""):
    answer = client.get(channel.get_absolute_url() + query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_messages_are_shown_in_order_with_who_wrote_them(client, channel, member_of):
    other = member_of(channel.space, display_name="Nadia Ferrand")
    post(client, channel, "Qui part de Brène\xa0?")
    post_message(channel=channel, author=other, body="<p>Moi, jeudi.</p>", client_id=uuid4())
    text = page(client, channel)
    assert text.index("Qui part de Brène") < text.index("Nadia Ferrand") < text.index("Moi, jeudi.")
    assert 'data-live-from="2"' in text


def test_an_empty_channel_says_so(client, channel):
    assert "Personne n’a encore écrit ici" in page(client, channel)


def test_a_message_without_a_script_leads_back_to_it(client, channel):
    answer = post(client, channel)
    message = channel.messages.get()
    assert answer.status_code == 302
    assert answer.url == f"/fils/{channel.pk}/#m-{message.pk}"


def test_a_message_by_a_script_comes_back_drawn_with_its_number(client, channel, person):
    answer = post(client, channel, "Ligne un\r\nligne deux", **SCRIPT)
    told = answer.json()
    assert answer.status_code == 201
    assert told["seq"] == 1
    assert UUID(told["message"]) == channel.messages.get().pk
    assert "Ligne un<br>ligne deux" in told["html"]
    assert person.name in told["html"]
    assert "supprimer" in told["html"]


def test_a_repeated_message_gets_the_first_answer(client, channel):
    once = uuid4()
    first, again = (post(client, channel, client_id=once, **SCRIPT).json() for _ in range(2))
    assert first == again
    assert channel.messages.count() == 1


def test_markup_is_words(client, channel):
    post(client, channel, "<script>alert(1)</script> & <b>gras</b>")
    text = page(client, channel)
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &lt;b&gt;gras&lt;/b&gt;" in text


@pytest.mark.parametrize("nothing", ["", "   ", "\r\n \r\n"])
def test_an_empty_message_is_refused(client, channel, nothing):
    answer = post(client, channel, nothing)
    assert answer.status_code == 422
    assert "Écrivez votre message avant de l’envoyer." in answer.content.decode()
    assert post(client, channel, nothing, **SCRIPT).status_code == 422
    assert not channel.messages.exists()


def test_a_message_that_is_too_long_is_refused_and_kept(client, channel):
    longest = "é" * 8000
    assert post(client, channel, longest).status_code == 302
    answer = post(client, channel, longest + "!")
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "8001 caractères" in text
    assert longest + "!" in text
    assert channel.messages.count() == 1


def test_line_ends_count_once(client, channel):
    assert post(client, channel, "a\r\n" * 4000).status_code == 302
    assert post(client, channel, "a\r\n" * 4000 + "bb").status_code == 422


def test_an_id_that_served_already_is_refused_and_the_words_kept(client, channel):
    once = uuid4()
    post(client, channel, "Bonjour", client_id=once)
    answer = post(client, channel, "Bonsoir", client_id=once)
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "Bonsoir</textarea>" in text
    assert str(once) not in text
    assert post(client, channel, "Bonsoir", client_id=once, **SCRIPT).status_code == 409
    assert channel.messages.count() == 1


@pytest.mark.parametrize("wrong", ["", "x"])
def test_a_message_without_an_id_is_refused(client, channel, wrong):
    answer = client.post(
        reverse("discussions:post", args=[channel.pk]), {"body": "Bonjour", "client_id": wrong}, **SCRIPT
    )
    assert answer.status_code == 422
    assert not channel.messages.exists()


def test_older_messages_are_one_link_away(client, channel, person):
    for number in range(PAGE + 5):
        post_message(channel=channel, author=person, body=f"<p>numéro {number:03}</p>", client_id=uuid4())
    last = page(client, channel)
    assert "numéro 004" not in last
    assert "numéro 005" in last
    assert 'href="?before=6"' in last
    earlier = page(client, channel, "?before=6")
    assert "numéro 004" in earlier
    assert "numéro 005" not in earlier
    assert "Messages précédents" not in earlier
    assert "Revenir aux derniers messages" in earlier


def test_nonsense_in_the_address_shows_the_last_messages(client, channel):
    post(client, channel)
    assert "Bonjour" in page(client, channel, "?before=x")


def test_the_author_and_the_facilitator_are_offered_to_take_back(client, channel, person, member_of, sign_in):
    message = post_message(channel=channel, author=person, body="<p>Oups</p>", client_id=uuid4())
    address = reverse("discussions:remove", args=[channel.pk, message.pk])
    facilitator = sign_in(member_of(channel.space, Role.FACILITATOR))
    other = sign_in(member_of(channel.space))
    assert address in page(client, channel)
    assert address in page(facilitator, channel)
    assert address not in page(other, channel)
    assert other.get(address).status_code == 403
    assert other.post(address).status_code == 403
    assert client.get(address).status_code == 200
    assert channel.messages.get().body == "<p>Oups</p>"
    assert client.post(address).status_code == 302
    assert "Oups" not in page(other, channel)
    assert "Message supprimé" in page(other, channel)


def test_a_message_of_another_channel_is_not_found_under_this_one(client, channel, person, member_of):
    elsewhere = ChannelFactory(space=channel.space)
    message = post_message(channel=elsewhere, author=person, body="<p>Là</p>", client_id=uuid4())
    assert client.get(reverse("discussions:remove", args=[channel.pk, message.pk])).status_code == 404
    remove_message(message=message, by=person)


def test_the_talk_of_a_space_leads_to_its_one_channel_or_lists_them(client, channel):
    address = reverse("discussions:of_space", args=[channel.space_id])
    assert client.get(address).url == channel.get_absolute_url()
    other = ChannelFactory(space=channel.space, name="Lectures")
    text = client.get(address).content.decode()
    assert other.get_absolute_url() in text
    assert channel.get_absolute_url() in text
    channel.delete()
    other.delete()
    assert "Aucun fil n’est encore ouvert ici." in client.get(address).content.decode()


def test_the_page_costs_the_same_with_one_message_and_with_three(client, channel):
    MessageFactory(channel=channel)
    with CaptureQueriesContext(connection) as one:
        page(client, channel)
    MessageFactory.create_batch(2, channel=channel)
    with CaptureQueriesContext(connection) as three:
        page(client, channel)
    assert len(one) == len(three) <= 10
