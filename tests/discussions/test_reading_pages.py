"""The pages of a reader: her lists, one channel and where she stands in it."""

from datetime import datetime
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from redis.exceptions import RedisError

from cohorts.actions import accept_charter
from discussions import actions
from discussions.history import PAGE
from discussions.models import Channel, Draft, Following, Message, Reading
from spaces.models import Membership, Role, Space
from tests.factories import SpaceFactory
from tests.factories.cohorts import CohortFactory
from tests.factories.discussions import ChannelFactory, MessageFactory

pytestmark = pytest.mark.django_db
SCRIPT = {"HTTP_ACCEPT": "application/json"}


@pytest.fixture(autouse=True)
def _nothing_cached(own_cache):
    pass


@pytest.fixture
def channel():
    return ChannelFactory(name="Covoiturage", kind=Channel.Kind.TOPIC)


@pytest.fixture
def person(channel, member_of):
    return member_of(channel.space)


@pytest.fixture
def other(channel, member_of):
    return member_of(channel.space, display_name="Nadia Ferrand")


@pytest.fixture
def client(person, sign_in):
    return sign_in(person)


def say(channel, author, count, first=1, **fields):
    return Message.objects.bulk_create(
        MessageFactory.build(channel=channel, author=author, seq=number, body=f"<p>numéro {number:04}</p>", **fields)
        for number in range(first, first + count)
    )


def page(client, channel, query=""):
    answer = client.get(channel.get_absolute_url() + query)
    assert answer.status_code == 200
    return answer.content.decode()


def to(name, channel):
    return reverse(f"discussions:{name}", args=[channel.pk])


# --- windows -----------------------------------------------------------------------------------------------


def test_a_window_around_a_message_leads_both_ways(client, channel, other):
    say(channel, other, 3 * PAGE)
    text = page(client, channel, "?autour=70")
    assert "numéro 0070" in text
    assert 'href="?avant=45"' in text
    assert 'href="?apres=94"' in text
    assert "numéro 0044" not in text
    assert "numéro 0095" not in text


def test_newer_messages_are_one_link_away_up_to_the_last(client, channel, other):
    say(channel, other, PAGE + 10)
    text = page(client, channel, "?apres=5")
    assert "numéro 0006" in text
    assert "numéro 0055" in text
    assert "numéro 0056" not in text
    assert 'href="?apres=55"' in text
    last = page(client, channel, "?apres=55")
    assert "numéro 0060" in last
    assert 'href="?apres=' not in last


def test_a_date_leads_to_its_first_message(client, channel, other):
    say(channel, other, 5, created_at=timezone.make_aware(datetime(2026, 10, 1, 9)))
    say(channel, other, PAGE, first=6, created_at=timezone.make_aware(datetime(2026, 11, 3, 0, 0, 1)))
    text = page(client, channel, "?jour=2026-11-03")
    assert text.index("numéro 0005") < text.index('data-day="2026-11-03"') < text.index("numéro 0006")
    assert "numéro 0030" in text
    assert "numéro 0031" not in text


@pytest.mark.parametrize(
    "query",
    [
        *("?autour=x", "?autour=²", "?autour=99999999999999999999"),
        *("?avant=-3", "?avant=0", "?avant=9223372036854775808", "?apres=", "?apres=999999"),
        *("?jour=hier", "?jour=2026-13-40", "?jour=0001-01-01", "?jour=9999-12-31"),
    ],
)
def test_nonsense_in_the_address_shows_the_last_messages(client, channel, other, query):
    say(channel, other, 2)
    assert "numéro 0002" in page(client, channel, query)


def test_replies_stay_in_their_thread(client, channel, other):
    (root,) = say(channel, other, 1)
    MessageFactory(channel=channel, author=other, thread=root, seq=2, body="<p>Une réponse</p>")
    assert "Une réponse" not in page(client, channel)


# --- unread ------------------------------------------------------------------------------------------------


def test_a_line_stands_before_the_first_message_one_has_not_read(client, channel, person, other):
    say(channel, other, 4)
    actions.mark_read(channel=channel, person=person, seq=2)
    text = page(client, channel)
    assert text.index("numéro 0002") < text.index('id="nouveaux"') < text.index("numéro 0003")
    assert 'data-first-unread="3"' in text


def test_nothing_new_draws_no_line(client, channel, person, other):
    say(channel, other, 2)
    actions.mark_read(channel=channel, person=person, seq=2)
    text = page(client, channel)
    assert 'id="nouveaux"' not in text
    assert 'data-first-unread=""' in text


def test_what_is_new_beyond_the_page_is_one_link_away(client, channel, other):
    say(channel, other, PAGE + 20)
    text = page(client, channel)
    assert 'href="?autour=1#nouveaux"' in text
    assert "70 nouveaux messages" in text
    assert 'id="nouveaux"' in page(client, channel, "?autour=1")


def test_looking_at_a_page_reads_nothing_by_itself(client, channel, other):
    say(channel, other, 2)
    page(client, channel)
    assert not Reading.objects.exists()


def test_a_script_says_what_is_in_sight_and_hears_what_is_left(client, channel, other):
    say(channel, other, 3)
    answer = client.post(to("read", channel), {"seq": 2}, **SCRIPT)
    assert (answer.status_code, answer.json()) == (200, {"unread": 1})
    assert client.post(to("read", channel), {"seq": 3}).url == channel.get_absolute_url()
    assert client.post(to("read", channel), {"seq": "-1"}, **SCRIPT).status_code == 422
    assert client.post(to("read", channel), {"seq": "x" * 99}, **SCRIPT).status_code == 422
    assert Reading.objects.get().seq == 3


def test_a_thread_is_told_read_through_its_channel(client, channel, person, other):
    (root,) = say(channel, other, 1)
    MessageFactory(channel=channel, author=other, thread=root, seq=2)
    Following.objects.create(thread=root, person=person)
    assert client.post(to("read", channel), {"seq": 2, "thread": root.pk}, **SCRIPT).json() == {"unread": 1}
    assert client.post(to("read", channel), {"seq": 2, "thread": uuid4()}, **SCRIPT).status_code == 404


def test_a_message_is_marked_unread_and_everything_read(client, channel, person, other):
    first, _second = say(channel, other, 2)
    actions.mark_all_read(person=person)
    address = reverse("discussions:unread", args=[channel.pk, first.pk])
    assert client.post(address, **SCRIPT).json() == {"unread": 2}
    assert client.post(reverse("discussions:read_all"), **SCRIPT).json() == {"unread": 0}
    assert client.post(address).url == reverse("discussions:all")


def test_how_much_waits_is_on_every_page(client, channel, other):
    assert 'data-unread="0"' in client.get("/a-propos/").content.decode()
    say(channel, other, 3)
    text = client.get("/a-propos/").content.decode()
    assert 'data-unread="3"' in text
    assert "<span>3</span>" in text


def test_nobody_sees_what_another_has_read(client, channel, person, other, sign_in):
    say(channel, other, 2)
    before = page(sign_in(other), channel)
    client.post(to("read", channel), {"seq": 2})
    after = page(sign_in(other), channel)
    assert before.count("numéro") == after.count("numéro")
    for text in (before, after):
        assert person.name not in text


# --- lists -------------------------------------------------------------------------------------------------


def test_my_discussions_are_by_space_with_direct_messages_and_threads(client, channel, person, other, member_of):
    network = actions.open_general(space=SpaceFactory(kind=Space.Kind.NETWORK, name="Réseau des pionniers"))
    direct = actions.open_direct(by=other, other=person)
    MessageFactory(channel=direct, author=other, seq=1)
    old = ChannelFactory(space=channel.space, name="Vieux fil", kind=Channel.Kind.TOPIC, archived_at=timezone.now())
    (root,) = say(channel, other, 1)
    MessageFactory(channel=channel, author=other, thread=root, seq=2)
    Following.objects.create(thread=root, person=person)
    text = client.get(reverse("discussions:all")).content.decode()
    for each in (channel, network, direct, old):
        assert each.get_absolute_url() in text
    assert text.index(channel.space.name) < text.index("Réseau des pionniers") < text.index("Messages directs")
    assert text.index("Fils archivés") < text.index("Vieux fil")
    assert "Nadia Ferrand" in text
    assert reverse("discussions:message", args=[channel.pk, root.pk]) in text
    assert "Tout marquer comme lu" in text


def test_my_discussions_say_when_there_is_none(sign_in, member_of):
    text = sign_in(member_of(SpaceFactory(), Role.SPONSOR)).get(reverse("discussions:all")).content.decode()
    assert "Aucun fil n’est encore ouvert ici." in text


def test_my_discussions_cost_the_same_with_one_channel_and_three(client, channel, person, other, assert_same_queries):
    def more():
        each = ChannelFactory(space=channel.space, kind=Channel.Kind.TOPIC)
        root = MessageFactory(channel=each, author=other, seq=1)
        Following.objects.create(thread=root, person=person)
        direct = Channel.objects.create(space=channel.space, kind=Channel.Kind.DIRECT, pair=uuid4().hex)
        direct.people.set([person, other])

    assert assert_same_queries(client, reverse("discussions:all"), more) <= 12


def test_a_channel_costs_the_same_with_one_message_and_three_channels_more(client, channel, other, assert_same_queries):
    def more():
        ChannelFactory(space=channel.space, kind=Channel.Kind.TOPIC)
        last = channel.messages.count()
        MessageFactory(channel=channel, author=other, seq=last + 1)

    assert assert_same_queries(client, channel.get_absolute_url(), more) <= 26


def test_a_channel_costs_the_same_with_a_few_messages_and_with_thousands(client, channel, other):
    say(channel, other, PAGE + 1)
    page(client, channel)
    with CaptureQueriesContext(connection) as few:
        page(client, channel)
    say(channel, other, 3000, first=PAGE + 2)
    with CaptureQueriesContext(connection) as many:
        page(client, channel)
    assert len(few) == len(many)


def test_the_channels_stand_beside_the_one_that_is_open(client, channel, other):
    elsewhere = ChannelFactory(space=channel.space, name="Lectures", kind=Channel.Kind.TOPIC)
    MessageFactory(channel=elsewhere, author=other, seq=1)
    text = page(client, channel)
    assert elsewhere.get_absolute_url() in text
    assert f'data-line="{elsewhere.topic}"' in text
    assert 'data-unread-here="1"' in text


def test_a_muted_channel_is_not_listened_to_nor_counted(client, channel, person, other):
    say(channel, other, 2)
    actions.set_level(channel=channel, person=person, level="nothing")
    text = client.get(reverse("discussions:all")).content.decode()
    assert f'data-line="{channel.topic}"' not in text
    assert "en sourdine" in text
    assert 'data-unread="0"' in text


# --- closed --------------------------------------------------------------------------------------------------


def test_an_archived_channel_is_read_without_a_line_to_write(client, channel):
    assert 'id="composer"' in page(client, channel)
    Channel.objects.update(archived_at=timezone.now())
    text = page(client, channel)
    assert 'id="composer"' not in text
    assert "Ce fil est archivé" in text


def test_announcements_are_read_without_a_line_to_write(client, channel, member_of, sign_in):
    Channel.objects.update(read_only=True)
    assert 'id="composer"' not in page(client, channel)
    assert 'id="composer"' in page(sign_in(member_of(channel.space, Role.FACILITATOR)), channel)


def test_a_conversation_closes_when_the_other_has_left(client, person, other):
    direct = actions.open_direct(by=person, other=other)
    assert "Vous deux seulement lisez ces messages." in page(client, direct)
    Membership.objects.filter(person=other).update(left_at=timezone.now())
    text = page(client, direct)
    assert "Nadia Ferrand ne fait plus partie de cet espace" in text
    assert 'id="composer"' not in text


# --- two people ------------------------------------------------------------------------------------------------


def test_writing_to_somebody_says_first_who_reads_it(client, other):
    address = reverse("discussions:direct", args=[other.pk])
    text = client.get(address).content.decode()
    assert "L’animation ne lit que celui que l’un de vous lui signale." in text
    assert not Channel.objects.filter(kind="direct").exists()
    opened = client.post(address).url
    assert client.get(address).url == opened == Channel.objects.get(kind="direct").get_absolute_url()


def test_one_does_not_write_to_oneself_nor_to_strangers(client, person, member_of):
    stranger = member_of(SpaceFactory())
    for each in (person, stranger):
        assert client.get(reverse("discussions:direct", args=[each.pk])).status_code == 404


# --- settings --------------------------------------------------------------------------------------------------


@pytest.fixture
def keeper(channel, member_of, sign_in):
    return sign_in(member_of(channel.space, Role.FACILITATOR))


def test_who_facilitates_opens_orders_renames_and_archives(keeper, channel):
    settings = to("settings", channel.space)
    answer = keeper.post(to("create", channel.space), {"name": "Lectures", "description": "Ce qui nous sert."})
    assert answer.url == settings
    made = Channel.objects.get(name="Lectures")
    assert keeper.post(to("move", made), {"to": "up"}).url.endswith(f"#fil-{made.pk}")
    text = keeper.get(settings).content.decode()
    assert text.index("Lectures") < text.index("Covoiturage")
    assert keeper.post(to("change", made), {"name": "À lire", "read_only": "on"}).url == settings
    keeper.post(to("archive", made), {"to": "archive"})
    made.refresh_from_db()
    assert (made.name, made.read_only, bool(made.archived_at)) == ("À lire", True, True)
    assert "Rouvrir" in keeper.get(settings).content.decode()
    keeper.post(to("archive", made), {"to": "open"})
    made.refresh_from_db()
    assert made.archived_at is None


def test_a_refused_name_comes_back_with_its_reason(keeper, channel):
    ChannelFactory(space=channel.space, name="Lectures", kind=Channel.Kind.TOPIC)
    for name, reason in [("", "obligatoire"), ("x" * 81, "80"), ("lectures", "Un autre fil ouvert porte déjà ce nom")]:
        for address in (to("create", channel.space), to("change", channel)):
            answer = keeper.post(address, {"name": name, "description": "Gardée"})
            assert answer.status_code == 422
            assert reason in answer.content.decode()
            assert "Gardée" in answer.content.decode()


def test_the_general_channel_is_not_archived_from_a_form_either(keeper, channel):
    general = actions.open_general(space=channel.space)
    assert keeper.post(to("archive", general), {"to": "archive"}).status_code == 409
    assert "Archiver" not in keeper.get(to("change", general)).content.decode()


def test_settings_cost_the_same_with_one_channel_and_three(keeper, channel, assert_same_queries):
    assert_same_queries(
        keeper, to("settings", channel.space), lambda: ChannelFactory(space=channel.space, kind="topic")
    )


def test_a_level_is_chosen_in_words(client, channel):
    assert client.post(to("level", channel), {"level": "all"}).url == channel.get_absolute_url()
    assert Reading.objects.get().level == "all"
    assert client.post(to("level", channel), {"level": "nothing"}, **SCRIPT).json() == {"level": "nothing"}
    assert client.post(to("level", channel), {"level": "loud"}, **SCRIPT).status_code == 422


# --- drafts, and who is writing -----------------------------------------------------------------------------------


def test_a_draft_is_found_again_on_another_device(client, channel, person, sign_in):
    assert client.post(to("draft", channel), {"body": "Bonj"}, **SCRIPT).json()["saved_at"]
    text = page(sign_in(person), channel)
    assert ">\nBonj</textarea>" in text
    assert "data-saved-at=" in text
    assert client.post(to("draft", channel), {"body": " "}, **SCRIPT).json() == {"saved_at": None}
    assert not Draft.objects.exists()
    assert "data-saved-at=" not in page(client, channel)


def test_a_draft_goes_when_its_words_are_sent_without_a_script(client, channel):
    client.post(to("draft", channel), {"body": "Bonjour"})
    client.post(to("post", channel), {"body": "Bonjour", "client_id": uuid4()})
    assert not Draft.objects.exists()


def test_a_draft_too_long_is_refused(client, channel):
    assert client.post(to("draft", channel), {"body": "x" * 8001}, **SCRIPT).status_code == 422


def test_typing_is_whispered_once_in_a_while_and_in_small_channels_only(
    client, channel, person, monkeypatch, member_of, own_cache
):
    whispers = []
    monkeypatch.setattr("live.publish.whisper", lambda topic, kind, **facts: whispers.append((topic, kind, facts)))
    for _ in range(3):
        assert client.post(to("typing", channel)).status_code == 204
    assert whispers == [(channel.topic, "typing", {"person": str(person.pk)})]
    own_cache()
    for _ in range(15):
        member_of(channel.space)
    client.post(to("typing", channel))
    assert len(whispers) == 1
    assert "data-typing-url" not in page(client, channel)


def test_the_directory_leads_to_writing_to_others_who_take_part(client, channel, person, other, member_of, sign_in):
    cohort = CohortFactory(space=channel.space)
    lead = member_of(channel.space, Role.ORGANISATION_LEAD)
    accept_charter(cohort=cohort, person=person)
    address = reverse("cohorts:members", args=[cohort.pk])
    text = client.get(address).content.decode()
    assert reverse("discussions:direct", args=[other.pk]) in text
    assert reverse("discussions:direct", args=[lead.pk]) not in text
    assert reverse("discussions:direct", args=[person.pk]) not in text
    assert reverse("discussions:direct", args=[other.pk]) not in sign_in(lead).get(address).content.decode()


def test_typing_while_the_cache_is_away_is_said_to_nobody(client, channel, monkeypatch):
    class Away:
        def add(self, *args, **kwargs):
            raise RedisError

    monkeypatch.setattr("discussions.views.reading.cache", Away())
    assert client.post(to("typing", channel)).status_code == 204
