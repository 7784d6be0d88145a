"""The pages of a channel and of a message, where everything can be done without a script."""

import re
from uuid import uuid4

import pytest
from django.urls import reverse

from discussions.actions import (
    edit_message,
    keep_for_later,
    open_direct,
    pin_message,
    post_message,
    react,
    remove_message,
)
from discussions.history import PAGE
from discussions.models import Following
from spaces.models import Membership, Role
from tests.factories import UserFactory
from tests.factories.discussions import ChannelFactory, MessageFactory

pytestmark = pytest.mark.django_db
SCRIPT = {"HTTP_ACCEPT": "application/json"}


@pytest.fixture
def channel():
    return ChannelFactory(name="Covoiturage", description="Qui part d’où.")


@pytest.fixture
def person(channel, member_of):
    return member_of(channel.space, display_name="Nadia Ferrand")


@pytest.fixture
def facilitator(channel, member_of):
    return member_of(channel.space, Role.FACILITATOR)


@pytest.fixture
def client(person, sign_in):
    return sign_in(person)


@pytest.fixture
def say(channel, person):
    def post(body="<p>Bonjour</p>", author=person, **more):
        return post_message(channel=channel, author=author, body=body, client_id=uuid4(), **more)

    return post


def to(name, message):
    return reverse(f"discussions:{name}", args=[message.channel_id, message.pk])


def text_of(answer, status=200):
    assert answer.status_code == status
    return answer.content.decode()


def marks_of(text):
    """The opening tag of each message of a page."""
    return re.findall(r'<li id="m-[^>]*>', text)


# --- a channel --------------------------------------------------------------------------------------------------------


def test_messages_are_shown_in_order_with_who_wrote_them(client, channel, say, member_of):
    say("<p>Qui part de Brène ?</p>")
    say("<p>Moi, jeudi.</p>", author=member_of(channel.space, display_name="Hugo Lenoir"))
    text = text_of(client.get(channel.get_absolute_url()))
    assert text.index("Qui part de Brène") < text.index("Hugo Lenoir") < text.index("Moi, jeudi.")
    assert 'data-live-from="2"' in text


def test_an_empty_channel_says_so(client, channel):
    assert "Personne n’a encore écrit ici" in text_of(client.get(channel.get_absolute_url()))


def test_the_channel_shows_how_many_answered_and_the_signs(client, channel, person, say, member_of):
    root = say()
    say("<p>Une réponse</p>", thread=root)
    react(message=root, by=member_of(channel.space), sign="bravo", on=True)
    react(message=root, by=person, sign="useful", on=True)
    text = text_of(client.get(channel.get_absolute_url()))
    assert "1 réponse" in text
    assert "Une réponse" not in text
    assert 'data-sign="bravo" data-count="1"' in text
    assert 'data-mine="useful"' in marks_of(text)[0]


def test_a_message_of_another_channel_is_not_found_under_this_one(client, channel, person):
    elsewhere = ChannelFactory(space=channel.space)
    message = post_message(channel=elsewhere, author=person, body="<p>Là</p>", client_id=uuid4())
    for name in ("message", "remove", "edit", "history"):
        assert client.get(reverse(f"discussions:{name}", args=[channel.pk, message.pk])).status_code == 404


# --- a message and its thread -----------------------------------------------------------------------------------------


def test_the_page_of_a_message_holds_its_thread_and_its_actions(client, channel, person, say, member_of):
    root = say("<p>Qui part ?</p>")
    reply = say("<p>Moi</p>", thread=root, author=member_of(channel.space))
    text = text_of(client.get(reply.page))
    assert text.index("Qui part ?") < text.index("<p>Moi</p>")
    assert 'class="root ' in marks_of(text)[0]
    assert f'name="thread" value="{root.pk}"' in text
    for name in ("react", "save", "unread", "report"):
        assert f'action="{to(name, reply)}"' in text or f'href="{to(name, reply)}"' in text
    for name in ("edit", "remove", "pin", "hide"):
        assert to(name, reply) not in text.split("talk-parts")[0]
    own = text_of(client.get(root.page))
    assert to("edit", root) in own
    assert to("remove", root) in own


def test_who_facilitates_may_pin_hide_and_take_back(say, facilitator, sign_in):
    text = text_of(sign_in(facilitator).get(say().page)).split("talk-parts")[0]
    for name in ("/epingler/", "/masquer/", "/supprimer/"):
        assert name in text
    assert "/modifier/" not in text


def test_the_menu_of_a_message_offers_what_one_may_do(client, say, facilitator, person, sign_in):
    """Between two people each pins, and neither answers for the other's words."""
    message = say()
    direct = open_direct(by=facilitator, other=person)
    hers = sign_in(facilitator)
    offered = []
    for browser, page in [(client, message.page), (hers, message.page), (hers, direct.get_absolute_url())]:
        menu = text_of(browser.get(page)).split("talk-parts")[1]
        offered.append([f"data-act={act}" in menu for act in ('"pin"', '"hide"', '"remove" data-for="all"')])
    assert offered == [[False, False, False], [True, True, True], [True, False, False]]


def test_a_long_thread_is_read_by_pages_around_the_message_one_came_for(client, say):
    root = say()
    replies = [say(f"<p>réponse {number:03}</p>", thread=root) for number in range(PAGE + 10)]
    last = text_of(client.get(root.page))
    assert "réponse 009" not in last
    assert "réponse 010" in last
    assert f'href="?avant={replies[10].seq}"' in last
    around = text_of(client.get(replies[3].page))
    assert "réponse 003" in around
    assert "réponse 040" not in around
    earlier = text_of(client.get(f"{root.page}?avant={replies[10].seq}"))
    assert "réponse 009" in earlier
    assert "réponse 010" not in earlier


def test_quoting_without_a_script_goes_through_the_page_of_the_message(client, channel, say):
    message = say("<p>Qui part ?</p>")
    text = text_of(client.get(f"{message.page}?citer=1"))
    assert f'name="quoted" value="{message.pk}"' in text
    assert text.count("Qui part ?") > text_of(client.get(message.page)).count("Qui part ?")


def test_refused_words_of_an_answer_come_back_in_its_thread(client, channel, say):
    root = say()
    data = {"body": "é" * 8001, "client_id": uuid4(), "thread": root.pk}
    text = text_of(client.post(reverse("discussions:post", args=[channel.pk]), data), 422)
    assert "é" * 8001 in text
    assert f'data-thread="{root.pk}"' in text


def test_a_thread_is_followed_and_left(client, person, say):
    root = say()
    for on, stopped in (("1", False), ("", True), ("1", False)):
        assert client.post(to("follow", root), {"on": on}).url == root.page
        assert Following.objects.get(thread=root, person=person).stopped == stopped
        assert ("Ne plus suivre" in text_of(client.get(root.page))) != stopped


def test_the_page_of_a_message_costs_the_same_with_one_answer_and_three(client, say, assert_same_queries):
    root = say()
    assert_same_queries(client, root.page, lambda: say(thread=root, quoted=root))


# --- what one does there ----------------------------------------------------------------------------------------------


def test_words_are_changed_by_a_form_and_their_history_is_read(client, say, member_of, channel, sign_in):
    message = say("<p>Rendez-vous <strong>jeudi</strong></p>")
    form = text_of(client.get(to("edit", message)))
    assert "Rendez-vous **jeudi**</textarea>" in form
    assert client.post(to("edit", message), {"body": "Rendez-vous **vendredi**"}).status_code == 302
    reader = sign_in(member_of(channel.space))
    assert "modifié à" in text_of(reader.get(channel.get_absolute_url()))
    text = text_of(reader.get(to("history", message)))
    assert text.index("vendredi") < text.index("jeudi")
    refused = text_of(client.post(to("edit", message), {"body": " "}), 422)
    assert "Écrivez votre message" in refused
    remove_message(message=message, by=message.author)
    assert reader.get(to("history", message)).status_code == 404
    assert client.get(to("edit", message)).status_code == 409


def test_a_script_changes_words_where_they_stand(client, channel, say, member_of):
    other = member_of(channel.space, display_name="Hugo Lenoir")
    message = say(f'<p><span class="mention" data-person="{other.pk}">@Hugo Lenoir</span> viens</p>', named=[other.pk])
    assert client.get(to("edit", message), **SCRIPT).json() == {
        "body": "@Hugo Lenoir viens",
        "mentioned": [str(other.pk)],
    }
    told = client.post(to("edit", message), {"body": "@Hugo Lenoir reste"}, **SCRIPT)
    assert "reste" in told.json()["html"]
    assert f'data-person="{other.pk}"' in told.json()["html"].split("words")[1]
    assert client.post(to("edit", message), {"body": ""}, **SCRIPT).status_code == 422
    remove_message(message=message, by=message.author)
    assert client.post(to("edit", message), {"body": "Encore"}, **SCRIPT).status_code == 409


def test_taking_back_is_asked_first(client, channel, person, say, member_of, sign_in):
    message, other = say("<p>Oups</p>"), sign_in(member_of(channel.space))
    assert "Oups" in text_of(client.get(to("remove", message)))
    assert other.get(to("remove", message)).status_code == 403
    assert other.post(to("remove", message)).status_code == 403
    assert client.post(to("remove", message)).status_code == 302
    text = text_of(other.get(channel.get_absolute_url()))
    assert "Oups" not in text
    assert "Message supprimé" in text


def test_a_sign_is_given_with_and_without_a_script(client, say):
    message = say()
    assert client.post(to("react", message), {"sign": "thanks", "on": "1"}).url == message.page
    assert client.post(to("react", message), {"sign": "thanks"}, **SCRIPT).json() == {
        "sign": "thanks",
        "on": False,
        "count": 0,
    }
    assert client.post(to("react", message), {"sign": "hug", "on": "1"}, **SCRIPT).status_code == 422
    remove_message(message=message, by=message.author)
    for headers in ({}, SCRIPT):
        assert client.post(to("react", message), {"sign": "thanks", "on": "1"}, **headers).status_code == 409


def test_pinned_messages_have_a_page(client, channel, say, facilitator, sign_in):
    address = reverse("discussions:pinned", args=[channel.pk])
    assert address in text_of(client.get(channel.get_absolute_url()))
    assert "Aucun message n’est épinglé" in text_of(client.get(address))
    kept, other = say("<p>Le lieu du départ</p>"), say("<p>Autre chose</p>")
    keeper = sign_in(facilitator)
    assert keeper.post(to("pin", kept), {"on": "1"}).status_code == 302
    assert keeper.post(to("pin", other), {"on": "1"}, **SCRIPT).json() == {"on": True}
    text = text_of(client.get(address))
    assert text.index("Autre chose") < text.index("Le lieu du départ")
    assert client.post(to("pin", kept), {"on": "1"}).status_code == 403
    keeper.post(to("pin", other), {"on": ""})
    assert "Autre chose" not in text_of(client.get(address))


def test_what_one_keeps_is_found_again_as_long_as_one_reads_it(client, person, channel, say, sign_in, member_of):
    address = reverse("discussions:saved")
    assert address in text_of(client.get(reverse("discussions:all")))
    assert "Rien n’est gardé" in text_of(client.get(address))
    message = say("<p>L’adresse du tiers-lieu</p>")
    assert client.post(to("save", message), {"on": "1"}).status_code == 302
    assert client.post(to("save", say()), {"on": "1"}, **SCRIPT).json() == {"on": True}
    assert "L’adresse du tiers-lieu" in text_of(client.get(address))
    assert "L’adresse" not in text_of(sign_in(member_of(channel.space)).get(address))
    Membership.objects.filter(person=person).delete()
    assert "L’adresse" not in text_of(client.get(address))


def test_what_was_kept_long_ago_is_one_link_away(client, person, channel):
    for number in range(PAGE + 2):
        message = MessageFactory(channel=channel, body=f"<p>numéro {number:03}</p>")
        keep_for_later(message=message, by=person, on=True)
    text = text_of(client.get(reverse("discussions:saved")))
    assert "numéro 001" not in text
    older = re.search(r'href="(\?avant=\d+)"', text)
    text = text_of(client.get(reverse("discussions:saved") + older[1]))
    assert "numéro 001" in text
    assert "numéro 002" not in text
    assert "Gardés plus tôt" not in text


@pytest.mark.parametrize("page", ["pinned", "saved"])
def test_lists_of_messages_cost_the_same_with_one_and_with_three(
    client, channel, person, facilitator, say, page, assert_same_queries
):
    def make():
        message = say(quoted=say())
        keep_for_later(message=message, by=person, on=True)
        pin_message(message=message, by=facilitator, on=True)

    addresses = {"pinned": reverse("discussions:pinned", args=[channel.pk]), "saved": reverse("discussions:saved")}
    assert_same_queries(client, addresses[page], make)


def test_the_history_costs_the_same_with_one_edition_and_three(client, person, say, assert_same_queries):
    message = say()
    assert_same_queries(
        client, to("history", message), lambda: edit_message(message=message, by=person, body=f"<p>{uuid4()}</p>")
    )


def test_nobody_else_learns_that_a_message_exists(say, sign_in):
    outsider, message = sign_in(UserFactory()), say()
    for name in ("message", "history", "edit", "remove"):
        assert outsider.get(to(name, message)).status_code == 404
    for name in ("edit", "remove", "react", "pin", "save", "follow"):
        assert outsider.post(to(name, message), {"on": "1", "sign": "thanks", "body": "x"}).status_code == 404
