"""Who is named by what is typed after « @ »."""

import pytest
from django.urls import reverse

from discussions import words
from discussions.mentions import MOST, TooManyMentions
from spaces.models import Role
from tests.factories import UserFactory
from tests.factories.discussions import ChannelFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def channel():
    return ChannelFactory()


@pytest.fixture
def author(channel, member_of):
    return member_of(channel.space, display_name="Solène Auteur")


@pytest.fixture
def nadia(channel, member_of):
    return member_of(channel.space, display_name="Nadia d’Œuvre-Ferrand")


@pytest.fixture
def read(channel, author):
    def read_it(text, **more):
        return words.read(text, channel=channel, author=author, **more)

    return read_it


@pytest.mark.parametrize(
    "typed",
    [
        "@Nadia d’Œuvre-Ferrand, tu viens ?",
        "@nadia d'oeuvre-ferrand, tu viens ?",
        "@NADIA D’ŒUVRE-FERRAND, tu viens ?",
        "@Nadia, tu viens ?",
    ],
)
def test_a_name_is_known_however_it_is_typed(read, nadia, typed):
    found = read(typed)
    assert found.named == {nadia.pk}
    named = f'<span class="mention" data-person="{nadia.pk}">@Nadia d’Œuvre-Ferrand</span>'
    assert found.body == f"<p>{named}, tu viens ?</p>"


@pytest.mark.parametrize(
    "typed",
    ["@Inconnue", "nadia@nadia.fr", "https://exemple.fr/@nadia", "@ Nadia", "@", "@@@", "@Nadiaa", "*@*", "@Odile"],
)
def test_words_that_name_nobody_here_are_words(read, nadia, typed):
    UserFactory(display_name="Odile Dehors")
    found = read(typed)
    assert not found.named
    assert "mention" not in found.body


def test_names_stand_among_marks(read, nadia):
    body = read("- **@Nadia** :pouce:\n- [voir @Nadia](https://exemple.fr)").body
    named = f'<span class="mention" data-person="{nadia.pk}">@Nadia d’Œuvre-Ferrand</span>'
    assert f"<li><strong>{named}</strong> 👍</li>" in body
    assert f"voir {named}</a>" in body


def test_people_of_one_name_are_told_apart_by_what_was_chosen(read, channel, member_of):
    twins = [member_of(channel.space, display_name="Camille Roux") for _ in range(2)]
    assert read("@Camille Roux").named == set()
    assert read("@Camille Roux", chosen=[twins[1].pk]).named == {twins[1].pk}
    assert read("@Camille Roux", chosen=[UserFactory().pk]).named == set()


def test_the_longest_name_is_meant(read, channel, member_of):
    member_of(channel.space, display_name="Jean")
    longer = member_of(channel.space, display_name="Jean Petit")
    assert read("@Jean Petit arrive").named == {longer.pk}


def test_naming_oneself_tells_nobody(read, author):
    found = read("@Solène Auteur")
    assert found.named == set()
    assert str(author.pk) in found.body


def test_the_facilitators_are_named_together(read, channel, member_of):
    team = {member_of(channel.space, role).pk for role in (Role.FACILITATOR, Role.CO_FACILITATOR)}
    member_of(channel.space, Role.SPONSOR)
    for typed in ("@animation", "@Animateurs"):
        found = read(f"{typed} une question")
        assert found.named == team
        assert found.body == f'<p><span class="mention">{typed}</span> une question</p>'


def test_everyone_is_named_by_who_facilitates_only(read, channel, author, nadia, member_of):
    found = read("@tous bonjour")
    assert not found.named
    assert found.body == "<p>@tous bonjour</p>"
    assert "réservé à l’animation" in found.notice
    facilitator = member_of(channel.space, Role.FACILITATOR)
    found = words.read("@tous bonjour", channel=channel, author=facilitator)
    assert (found.named, found.notice) == ({author.pk, nadia.pk}, "")


def test_five_hundred_names_are_refused_and_twenty_are_not(read, channel, member_of):
    people = [member_of(channel.space, display_name=f"Personne Numéro{number:03}") for number in range(MOST + 1)]
    assert len(read(" ".join(f"@{person.name}" for person in people[:MOST])).named) == MOST
    assert len(read(f"@{people[0].name} " * 300).named) == 1
    with pytest.raises(TooManyMentions):
        read(" ".join(f"@{person.name}" for person in people))


def test_five_hundred_names_come_back_with_a_sentence(channel, author, member_of, sign_in):
    names = [member_of(channel.space, display_name=f"P{number:03}").name for number in range(MOST + 1)]
    answer = sign_in(author).post(
        reverse("discussions:post", args=[channel.pk]),
        {"body": " ".join(f"@{name}" for name in names), "client_id": "0b0e5a0c-6a0e-4f0e-9d0c-3f1f5f0e0a01"},
    )
    assert answer.status_code == 422
    text = answer.content.decode()
    assert "nomme 20 personnes au plus" in text
    assert "@P020</textarea>" in text


def test_names_are_offered_as_they_are_typed(channel, author, nadia, member_of, sign_in):
    client, address = sign_in(author), reverse("discussions:people", args=[channel.pk])

    def offered(typed, reader=client):
        return [one["name"] for one in reader.get(address, {"q": typed}).json()["people"]]

    assert offered("nad") == offered("nadia d'œu") == [nadia.name]
    assert offered("ferr") == [nadia.name]
    assert offered("sol") == []  # oneself
    assert offered("ani") == ["animation"]
    assert offered("tou") == []
    assert offered("tou", sign_in(member_of(channel.space, Role.FACILITATOR, display_name="Farid"))) == ["tous"]
    assert len(offered("")) <= 8
    for nonsense in ("%", "\x00", "x" * 500):
        assert offered(nonsense) == []


def test_offering_names_costs_the_same_for_one_and_for_three(channel, author, member_of, sign_in, assert_same_queries):
    address = reverse("discussions:people", args=[channel.pk]) + "?q=per"
    assert_same_queries(sign_in(author), address, lambda: member_of(channel.space, display_name="Perrine"))
