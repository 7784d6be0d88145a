"""One search over everything one may see, and over nothing else."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

import search
from discussions.finding import forget, make_findable
from discussions.models import Channel, File, Message
from home.search import Search
from reservoir.actions import publish
from search.engines import MANY_SCOPES
from search.limits import A_MINUTE
from search.models import SearchEntry
from spaces.models import Role, Space, Visibility
from tests.factories import MembershipFactory, SpaceFactory, UserFactory
from tests.factories.discussions import ChannelFactory, MessageFactory
from tests.factories.reservoir import written_note
from tests.factories.workshops import EventFactory
from workshops.models import CrossViewsWorkshop

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _no_searches_counted(own_cache):
    pass


def said(channel: Channel, body: str, **fields: object) -> Message:
    message = MessageFactory(channel=channel, body=f"<p>{body}</p>", **fields)
    make_findable(message)
    return message


def found(user, text: str, kind: str = "messages") -> list[str]:
    """The addresses of what is found, best first."""
    results = Search(user, text)
    return [each.url for each in results.group(kind, size=50).found] if kind in results.kinds else []


@pytest.fixture
def cohort():
    return SpaceFactory(name="Cohorte de la Loire")


@pytest.fixture
def channel(cohort):
    return ChannelFactory(space=cohort, name="Cantines")


@pytest.fixture
def reader(cohort, member_of):
    return member_of(cohort, display_name="Claire Martin")


# --- messages ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    ["légumes", "LEGUME", "lég", '"légumes de l’été"', "de:paul légumes", 'de:"Paul Petit"', "dans:cantines légumes",
     "dans:loire légumes", "avant:2/1/2026", "légumes avant:2026-01-02", "légumes après:1/1/2026"],
)  # fmt: skip
def test_a_message_is_found_where_it_stands(channel, reader, text):
    author = UserFactory(display_name="Paul Petit")
    MembershipFactory(space=channel.space, person=author, left_at=timezone.now())  # gone, her words stay
    at = timezone.make_aware(datetime(2026, 1, 1, 12))
    message = said(channel, "Les légumes de l’été", author=author, created_at=at)
    assert found(reader, text) == [message.get_absolute_url()]


@pytest.mark.parametrize(
    "text",
    ["voiture", '"été légumes"', "de:claire légumes", "dans:jura légumes", "dans:jura", "de:zoé",
     "légumes avant:1/1/2026", "légumes après:2/1/2026", "de:", "dans:"],
)  # fmt: skip
def test_what_does_not_answer_is_not_found(channel, reader, text):
    author = UserFactory(display_name="Paul Petit")
    said(channel, "Les légumes de l’été", author=author, created_at=timezone.make_aware(datetime(2026, 1, 1, 12)))
    assert found(reader, text) == []


def test_the_latest_message_comes_first(channel, reader):
    now = timezone.now()
    old, new, middle = (said(channel, "cantine", created_at=now - timedelta(days=days)) for days in (9, 1, 5))
    assert found(reader, "cantine") == [each.get_absolute_url() for each in (new, middle, old)]


def test_words_of_one_s_own_are_from_me(channel, reader):
    mine = said(channel, "cantine", author=reader)
    said(channel, "cantine")
    assert found(reader, "cantine de:moi") == [mine.get_absolute_url()]


def test_nobody_finds_what_she_does_not_read(channel, reader, member_of):
    said(channel, "cantine")
    assert len(found(reader, "cantine")) == 1
    for stranger in [
        member_of(SpaceFactory()),
        member_of(channel.space, Role.SPONSOR),
        UserFactory(is_superuser=True),
    ]:
        assert found(stranger, "cantine") == []
    reader.memberships.update(left_at=timezone.now())
    assert found(reader, "cantine") == []
    assert found(reader, "dans:cantines") == []


def test_a_direct_message_is_found_by_its_two_people_alone(cohort, reader, member_of):
    other, third = member_of(cohort, display_name="Paul Petit"), member_of(cohort)
    direct = Channel.objects.create(space=cohort, kind=Channel.Kind.DIRECT, pair="a:b")
    direct.people.set([reader, other])
    said(direct, "cantine", author=other)
    assert len(found(reader, "cantine")) == len(found(other, "cantine")) == len(found(reader, "dans:paul")) == 1
    assert found(third, "cantine") == []


def test_the_words_of_a_confidential_channel_are_in_no_index(channel, reader):
    channel.confidential = True
    channel.save()
    said(channel, "cantine")
    assert found(reader, "cantine") == found(reader, "dans:cantines") == []
    # Its readers find that it exists, and where.
    assert found(reader, "cantines", "fils") == [channel.get_absolute_url()]


def test_a_message_taken_back_or_hidden_is_found_no_more(channel, reader):
    message = said(channel, "cantine")
    hidden = said(channel, "cantine", hidden_at=timezone.now(), hidden_reason="hors sujet")
    assert found(reader, "cantine") == [message.get_absolute_url()]
    forget(message)
    assert found(reader, "cantine") == []
    hidden.hidden_at, hidden.hidden_reason = None, ""
    hidden.save()
    make_findable(hidden)
    assert found(reader, "cantine") == [hidden.get_absolute_url()]


def test_an_answer_is_found_in_its_thread(channel, reader):
    root = said(channel, "voiture")
    answer = said(channel, "cantine", thread=root)
    assert found(reader, "cantine") == [answer.get_absolute_url()]
    assert str(root.pk) in answer.get_absolute_url()


# --- the rest ------------------------------------------------------------------------------------------------------


def test_a_file_is_found_by_its_name_at_its_message(channel, reader):
    message = MessageFactory(channel=channel)
    File.objects.create(channel=channel, message=message, owner=message.author, name="bilan_2026.pdf", size=1)
    make_findable(message)
    assert found(reader, "bilan", "fichiers") == found(reader, "bilan 2026", "fichiers") == [message.get_absolute_url()]
    assert found(UserFactory(), "bilan", "fichiers") == []
    forget(message)
    assert found(reader, "bilan", "fichiers") == []


def test_people_of_one_s_cohorts_are_found_by_name_function_and_organisation(cohort, reader, member_of):
    someone = member_of(cohort, display_name="Éloïse Le Gall", function="directrice")
    member_of(cohort, Role.SPONSOR, display_name="Éloïse Sponsor")
    member_of(SpaceFactory(), display_name="Éloïse Ailleurs")
    here = f"{reverse('cohorts:members', args=[cohort.pk])}#p-{someone.pk}"
    for text in ("eloise", "directrices", f"“{someone.organisation.name}”", "eloise dans:loire"):
        assert found(reader, text, "personnes") == [here], text
    assert found(member_of(cohort, Role.SPONSOR), "eloise", "personnes") == []
    assert found(reader, "eloise de:claire", "personnes") == []


def test_events_of_one_s_spaces_and_public_ateliers_are_found(cohort, reader):
    event = EventFactory(space=cohort, title="Visite de la cantine")
    atelier = CrossViewsWorkshop.objects.create(
        event=EventFactory(title="Cantines et territoires"), framing="Qui nourrit ?", visibility=Visibility.PUBLIC
    )
    ours, public = reverse("workshops:event", args=[event.pk]), reverse("workshops:atelier", args=[atelier.pk])
    assert set(found(reader, "cantine", "rencontres")) == {ours, public}
    assert found(reader, "cantine dans:loire", "rencontres") == [ours]
    assert found(reader, f"cantine avant:{timezone.localdate().isoformat()}", "rencontres") == []


def _published(author, title: str, visibility: str):
    note = written_note(author, title=title, space=author.memberships.get().space)
    publish(note=note, by=author, visibility=visibility, seen_version=1, agree=True, people_agree=True)
    return note


def test_notes_are_found_by_those_who_may_read_them(cohort, reader, member_of, client):
    note = _published(member_of(cohort, organisation=None), "Ouvrir une cantine", Visibility.COHORT)
    assert found(reader, "cantine", "notes") == [note.get_absolute_url()]
    assert found(member_of(SpaceFactory()), "cantine", "notes") == []
    page = client.get(reverse("home:search"), {"q": "cantine"}).content.decode()
    assert "Ouvrir une" not in page


def test_a_name_that_stays_back_does_not_lead_to_its_note(cohort, reader, member_of):
    author = member_of(cohort, display_name="Paul Petit", organisation=None)
    note = _published(author, "Ouvrir une cantine", Visibility.COHORT)
    assert found(reader, "cantine de:paul", "notes") == []
    assert found(author, "cantine de:paul", "notes") == [note.get_absolute_url()]
    note.authorships.update(show_name=True)
    assert found(reader, "cantine de:paul", "notes") == [note.get_absolute_url()]


def test_the_reservoir_finds_the_same_notes(cohort, reader, member_of, sign_in):
    note = _published(member_of(cohort, organisation=None), "Ouvrir une cantine", Visibility.COHORT)
    for name in ("home:search", "reservoir:search"):
        page = sign_in(reader).get(reverse(name), {"q": "cantines"}).content.decode()
        assert f'href="{note.get_absolute_url()}"' in page


# --- the page ------------------------------------------------------------------------------------------------------


@pytest.fixture
def look(reader, sign_in):
    browser = sign_in(reader)

    def at(**asked: str):
        response = browser.get(reverse("home:search"), asked)
        return response, response.content.decode()

    return at


def test_the_words_are_marked_and_everything_else_is_text(channel, look):
    message = said(channel, "Une &lt;b&gt;cantine&lt;/b&gt; &amp; des légumes")
    _, page = look(q="cantine")
    assert "&lt;b&gt;<mark>cantine</mark>&lt;/b&gt; &amp; des légumes" in page
    assert f'href="{message.get_absolute_url()}"' in page


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("cantine avant:hier", "n’est pas une date"),
        ("cantine de:zoé", "ne s’appelle « zoé »"),
        ("cantine dans:jura", "Aucun de vos fils ou espaces"),
        ("cantine de:", "Après « de », écrivez un nom"),
    ],
)
def test_a_value_that_means_nothing_is_told(channel, look, text, sentence):
    said(channel, "cantine")
    response, page = look(q=text)
    assert response.status_code == 200
    assert sentence in page.replace("\u202f", " ").replace("\xa0", " ")


def test_results_of_one_kind_are_paged(channel, look):
    for _ in range(21):
        said(channel, "cantine")
    _response, page = look(q="cantine", quoi="messages")
    assert page.count("<mark>") == 20
    assert "page=2" in page
    _response, page = look(q="cantine", quoi="messages", page="2")
    assert page.count("<mark>") == 1
    assert "page=3" not in page


@pytest.mark.parametrize(
    "asked",
    [{"q": "\x00"}, {"q": "%s {0} ' \" \\"}, {"q": "x" * 10_000}, {"q": "a", "quoi": "rien"}, {"q": "a", "page": "-1"},
     {"q": "cantine", "quoi": "messages", "page": "999"}, {"q": "avant:0001-01-01"}, {"q": '"' * 500},
     {"q": "de:" * 100}],
)  # fmt: skip
def test_no_address_breaks_the_page(channel, look, asked):
    assert look(**asked)[0].status_code == 200


def test_the_thirty_first_search_of_a_minute_waits(look, monkeypatch):
    monkeypatch.setattr("search.limits.time.time", lambda: 1_800_000_000)
    for _ in range(A_MINUTE):
        assert look(q="cantine")[0].status_code == 200
    response, page = look(q="cantine")
    assert response.status_code == 429
    assert "Attendez un instant" in page
    assert look()[0].status_code == 200


def test_a_page_of_results_costs_the_same_with_many(channel, reader, sign_in, assert_same_queries):
    url = f"{reverse('home:search')}?q=cantine"

    def more():
        message = said(channel, "cantine", author=UserFactory())
        MembershipFactory(space=channel.space, person=UserFactory(display_name=f"Cantine {uuid4()}"))
        EventFactory(space=channel.space, title="Cantine")
        ChannelFactory(space=channel.space, name="Cantine")
        File.objects.create(channel=channel, message=message, owner=message.author, name="cantine.pdf", size=1)
        make_findable(message)

    assert_same_queries(sign_in(reader), url, more)


def test_the_network_of_all_cohorts_is_searched_by_who_takes_part_anywhere(reader, member_of):
    network = SpaceFactory(kind=Space.Kind.NETWORK, name="Réseau")
    message = said(
        ChannelFactory(space=network), "cantine", author=member_of(SpaceFactory(), display_name="Paul Petit")
    )
    assert found(reader, "cantine de:paul dans:réseau") == [message.get_absolute_url()]


def test_who_reads_very_many_spaces_finds_as_well(reader, channel):
    spaces = [SpaceFactory() for _ in range(MANY_SCOPES)]
    for space in spaces:
        MembershipFactory(space=space, person=reader)
        ChannelFactory(space=space)
    said(ChannelFactory(), "cantine")
    message = said(channel, "cantine")
    assert found(reader, "cantine") == [message.get_absolute_url()]


def test_the_index_made_again_is_the_same(channel, reader, member_of):
    message = MessageFactory(channel=channel, body="<p>cantine</p>")
    File.objects.create(channel=channel, message=message, owner=message.author, name="cantine.pdf", size=1)
    note = _published(member_of(channel.space, organisation=None), "Ouvrir une cantine", Visibility.COHORT)
    for kind in ("message", "file", "note"):
        search.index(kind, uuid4(), title="cantine", body="")  # of what is there no more
    SearchEntry.objects.filter(object_id=note.pk).delete()
    call_command("index_everything", verbosity=0)
    assert found(reader, "cantine") == found(reader, "cantine", "fichiers") == [message.get_absolute_url()]
    assert found(reader, "cantine", "notes") == [note.get_absolute_url()]
    assert SearchEntry.objects.count() == 3


def test_a_sponsor_learns_no_name_of_a_cohort_by_asking_for_it(cohort, channel, member_of):
    member_of(cohort, display_name="Zoé Blanc")
    sponsor, member = member_of(cohort, Role.SPONSOR), member_of(cohort)
    assert Search(sponsor, "cantine de:zoé").problems
    assert not Search(member, "cantine de:zoé").problems
