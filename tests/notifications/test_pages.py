"""The bell, the list, the wishes, and the way out of mails."""

import pytest
from django.urls import reverse
from django.utils import timezone

from notifications.actions import allow_push, tell, wish, wishes_of
from notifications.models import Notification, PushSubscription
from notifications.pushing import NotPublic, check_endpoint
from notifications.unsubscribing import person_of, token_of
from spaces.models import Membership
from tests.factories import UserFactory
from tests.factories.discussions import ChannelFactory, MessageFactory

pytestmark = pytest.mark.django_db

LIST = "/notifications/"


@pytest.fixture
def channel():
    return ChannelFactory(name="Vie de la cohorte")


@pytest.fixture
def reader(channel, member_of):
    return member_of(channel.space)


@pytest.fixture
def say(channel, member_of, reader):
    author = member_of(channel.space, display_name="Anne Autrice")

    def post(**fields):
        message = MessageFactory(channel=channel, author=author, **fields)
        tell(
            person=reader,
            kind="mention",
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


def unread(person):
    return Notification.objects.unread().filter(person=person).count()


def test_the_bell_counts_what_is_unread_on_every_page(say, reader, sign_in):
    client = sign_in(reader)
    assert "data-bell" in client.get("/moi/").content.decode()
    assert "<span>1</span>" not in client.get("/moi/").content.decode()
    say()
    page = client.get("/moi/").content.decode()
    assert "<span>1</span>" in page
    assert f'href="{LIST}"' in page


def test_the_list_says_who_and_where_newest_first(say, reader, sign_in):
    older = say()
    newer = say()
    page = sign_in(reader).get(LIST).content.decode()
    assert "Anne Autrice vous a nommé·e dans Vie de la cohorte" in page
    assert page.index(newer.anchor) < page.index(older.anchor)


def test_the_list_costs_the_same_with_three_as_with_one(say, reader, sign_in, assert_same_queries):
    assert_same_queries(sign_in(reader), LIST, say)


def test_open_pages_ask_for_the_count_and_the_newest_at_the_same_cost(say, reader, sign_in, assert_same_queries):
    client = sign_in(reader)
    assert_same_queries(client, reverse("notifications:fresh"), say)
    answer = client.get(reverse("notifications:fresh")).json()
    assert answer["count"] == 3
    assert [newest["sentence"] for newest in answer["newest"]] == ["Anne Autrice vous a nommé·e dans Vie de la cohorte"]


def test_a_message_taken_back_is_told_of_no_longer(say, reader, sign_in):
    message = say()
    type(message).objects.update(body="", removed_at=timezone.now())
    assert "Anne Autrice" not in sign_in(reader).get(LIST).content.decode()


def test_whoever_has_left_sees_neither_count_nor_sentence(say, reader, sign_in):
    say()
    Membership.objects.filter(person=reader).update(left_at=timezone.now())
    client = sign_in(reader)
    assert "Anne Autrice" not in client.get(LIST).content.decode()
    assert client.get(reverse("notifications:fresh")).json() == {"count": 0, "newest": []}


def test_one_or_all_are_marked_as_read(say, reader, sign_in):
    client = sign_in(reader)
    for _ in range(3):
        say()
    row = Notification.objects.filter(person=reader).first()
    client.post(reverse("notifications:read", args=[row.pk]))
    assert unread(reader) == 2
    client.post(reverse("notifications:read_all"))
    assert unread(reader) == 0


def test_nobody_marks_what_somebody_else_was_told(say, reader, member_of, channel, sign_in):
    say()
    row = Notification.objects.get(person=reader)
    sign_in(member_of(channel.space)).post(reverse("notifications:read", args=[row.pk]))
    assert unread(reader) == 1


def test_a_page_beyond_the_last_shows_the_last(say, reader, sign_in):
    say()
    assert "Anne Autrice" in sign_in(reader).get(LIST, {"page": "99999"}).content.decode()
    assert "Anne Autrice" in sign_in(reader).get(LIST, {"page": "x"}).content.decode()


# --- wishes ------------------------------------------------------------------------------------------------

CHOSEN = {
    "mail": "on",
    "personal": "digest",
    "channels": "page",
    "events": "mail",
    "waiting": "mail",
    "digest": "daily",
    "digest_day": "4",
    "quiet_from": "18:30",
    "quiet_until": "09:00",
    "time_zone": "Indian/Reunion",
}


def test_a_person_says_what_she_wants_and_finds_it_again(sign_in):
    person = UserFactory()
    client = sign_in(person)
    assert client.post(reverse("notifications:settings"), CHOSEN).status_code == 302
    kept = wishes_of(person)
    assert (kept.personal, kept.digest, kept.quiet_weekend, kept.time_zone) == (
        "digest",
        "daily",
        False,
        "Indian/Reunion",
    )
    assert kept.next_digest_at
    assert 'value="18:30"' in client.get(reverse("notifications:settings")).content.decode()


def test_a_wrong_wish_comes_back_with_what_was_typed_and_changes_nothing(sign_in):
    person = UserFactory()
    answer = sign_in(person).post(
        reverse("notifications:settings"), CHOSEN | {"time_zone": "Mars/Olympus", "quiet_from": "07:15"}
    )
    assert answer.status_code == 422
    assert 'value="07:15"' in answer.content.decode()
    assert wishes_of(person).time_zone == "Europe/Paris"


# --- the way out -------------------------------------------------------------------------------------------


def way_out(person):
    return reverse("notifications:unsubscribe", args=[token_of(person.pk)])


def test_a_mail_program_unsubscribes_with_one_post_and_no_session(client):
    person = UserFactory()
    answer = client.post(
        way_out(person), "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded"
    )
    assert answer.status_code == 200
    assert not wishes_of(person).mail
    assert wishes_of(person).next_digest_at is None
    assert "sessionid" not in answer.cookies


def test_looking_at_the_page_changes_nothing_and_the_button_may_be_taken_back(client):
    person = UserFactory()
    page = client.get(way_out(person)).content.decode()
    assert "Ne plus recevoir aucun courriel" in page
    assert person.email not in page
    assert wishes_of(person).mail
    assert "Annuler" in client.post(way_out(person)).content.decode()
    assert not wishes_of(person).mail
    client.post(way_out(person), {"undo": "1"})
    assert wishes_of(person).mail
    assert wishes_of(person).next_digest_at


def test_taking_it_back_leaves_what_she_had_chosen(client):
    person = UserFactory()
    wish(person=person, personal="digest", digest="daily")
    client.post(way_out(person))
    client.post(way_out(person), {"undo": "1"})
    assert (wishes_of(person).personal, wishes_of(person).digest) == ("digest", "daily")


@pytest.mark.parametrize("spoil", [lambda t: t[:-1], lambda t: "0" * 32 + t[32:], lambda t: "x"])
def test_a_token_that_we_did_not_make_opens_nothing(client, spoil):
    person = UserFactory()
    token = spoil(token_of(person.pk))
    assert person_of(token) is None
    assert client.post(reverse("notifications:unsubscribe", args=[token])).status_code == 404
    assert wishes_of(person).mail


def test_the_token_signs_nobody_in(client):
    client.post(way_out(UserFactory()))
    assert client.get(LIST).status_code == 302


# --- browsers ----------------------------------------------------------------------------------------------

BROWSER = {
    "endpoint": "https://push.example.com/send/abc",
    "p256dh": "BNcRdreALRFXTkOOUHK1EtK2wtaz5Ry4YfYCA_0QTpQtUbVlUls0VJXg7A8u-Ts1XbjhazAkj7I99e8QcYP7DkM",
    "auth": "tBHItJI5svbpez7KI4CCXg",
}


@pytest.fixture
def push_is_set_up(settings):
    settings.VAPID_PRIVATE_KEY = "mCOVTnsgNDZrt9RHKwvZ7Kc8cnLsdbbqTPcNfhbvOvs"


def test_without_a_key_no_browser_is_asked(sign_in):
    client = sign_in(UserFactory())
    assert "data-push" not in client.get(reverse("notifications:settings")).content.decode()
    assert client.post(reverse("notifications:allow_push"), BROWSER).status_code == 404


@pytest.mark.usefixtures("push_is_set_up")
def test_a_browser_is_kept_until_its_person_says_otherwise_or_signs_out(sign_in):
    person = UserFactory()
    client = sign_in(person)
    assert "fabricant de votre navigateur" in client.get(reverse("notifications:settings")).content.decode()
    assert client.post(reverse("notifications:allow_push"), BROWSER).status_code == 201
    assert PushSubscription.objects.get().person == person
    client.post(reverse("notifications:stop_push"))
    assert not PushSubscription.objects.exists()
    client.post(reverse("notifications:allow_push"), BROWSER)
    allow_push(person=person, **BROWSER | {"endpoint": "https://push.example.com/send/elsewhere"})
    client.post(reverse("account_logout"))
    assert [browser.endpoint for browser in PushSubscription.objects.all()] == [
        "https://push.example.com/send/elsewhere"
    ]


@pytest.mark.usefixtures("push_is_set_up")
def test_a_browser_belongs_to_whoever_allowed_it_last(sign_in):
    first, second = UserFactory(), UserFactory()
    for person in (first, second):
        sign_in(person).post(reverse("notifications:allow_push"), BROWSER)
    assert [browser.person for browser in PushSubscription.objects.all()] == [second]


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://push.example.com/x",
        "https://127.0.0.1/x",
        "https://[::1]/x",
        "https://localhost/x",
        "https://push.example.com:8443/x",
        "https://push.example.com:port/x",
        "https://user@push.example.com/x",
        "https://2130706433/x",
        "https://0x7f.1/x",
        "file:///etc/passwd",
        "",
    ],
)
@pytest.mark.usefixtures("push_is_set_up")
def test_an_address_that_is_not_a_public_service_is_refused(endpoint, sign_in):
    with pytest.raises((NotPublic, ValueError)):
        check_endpoint(endpoint)
    answer = sign_in(UserFactory()).post(reverse("notifications:allow_push"), BROWSER | {"endpoint": endpoint})
    assert answer.status_code == 422
    assert not PushSubscription.objects.exists()


@pytest.mark.parametrize("wrong", [{"p256dh": "B" + "A" * 86}, {"auth": "A" * 24}, {"p256dh": "pas une clé"}])
@pytest.mark.usefixtures("push_is_set_up")
def test_keys_that_nothing_can_be_encrypted_with_are_refused(wrong, sign_in):
    answer = sign_in(UserFactory()).post(reverse("notifications:allow_push"), BROWSER | wrong)
    assert answer.status_code == 422
    assert not PushSubscription.objects.exists()


def test_the_service_worker_is_served_from_the_root(client):
    answer = client.get("/sw.js")
    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert b"showNotification" in answer.content
    assert b"caches" not in answer.content
