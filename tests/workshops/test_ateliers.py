import copy

import pytest
from django.contrib.auth.models import AnonymousUser

from accounts.models import User
from spaces.models import Space, Visibility
from tests.factories import SpaceFactory
from workshops import ateliers
from workshops.models import CrossViewsWorkshop, Event, SynthesisBullet, WorkshopSubgroup

pytestmark = pytest.mark.django_db


@pytest.fixture
def network():
    return Space.objects.create(kind=Space.Kind.NETWORK, name="Réseau")


@pytest.fixture
def records():
    return ateliers.read(ateliers.OF_2018_2019)


def test_the_real_workshops_are_all_there(network, records):
    ateliers.load(records, space=network)

    assert CrossViewsWorkshop.objects.count() == 4
    own = WorkshopSubgroup.objects.filter(transversal=False)
    assert own.count() == 12
    assert SynthesisBullet.objects.filter(subgroup__transversal=False).count() == 38
    assert SynthesisBullet.objects.count() == 41
    sizes = sorted(group.bullets.count() for group in own)
    assert sizes == [2] * 2 + [3] * 6 + [4] * 4


def test_loading_twice_changes_nothing(network, records):
    assert ateliers.load(records, space=network) == 4
    assert ateliers.load(records, space=network) == 0
    assert Event.objects.count() == 4


@pytest.mark.parametrize(
    "spoil",
    [
        lambda record: record["segments"][0].update(kind="apéritif"),
        lambda record: record["segments"][1]["speakers"][0].update(viewpoint="astrologique"),
        lambda record: record.pop("theme"),
    ],
    ids=["unknown kind of segment", "unknown viewpoint", "missing theme"],
)
def test_a_record_that_is_not_understood_is_named_and_nothing_is_written(network, records, spoil):
    spoilt = copy.deepcopy(records)
    spoil(spoilt[-1])

    with pytest.raises(ateliers.UnreadableRecord, match="alliances-engagement-2019"):
        ateliers.load(spoilt, space=network)

    assert not Event.objects.exists()


@pytest.mark.parametrize("text", ["{", '{"id": 1}', "[1]"])
def test_a_file_that_is_not_a_list_of_workshops_is_refused(tmp_path, text):
    path = tmp_path / "ateliers.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ateliers.UnreadableRecord, match=r"ateliers\.json"):
        ateliers.read(path)


@pytest.mark.parametrize(
    ("visibility", "visitor", "colleague", "member"),
    [
        (Visibility.PUBLIC, True, True, True),
        (Visibility.NETWORK, False, True, True),
        (Visibility.COHORT, False, False, True),
    ],
)
def test_who_sees_a_workshop(records, member_of, visibility, visitor, colleague, member):
    space = SpaceFactory()
    ateliers.load(records[:1], space=space, visibility=visibility)

    def sees(user: User | AnonymousUser) -> bool:
        return CrossViewsWorkshop.objects.visible_to(user).exists()

    assert sees(AnonymousUser()) is visitor
    assert sees(member_of(SpaceFactory())) is colleague
    assert sees(member_of(space)) is member
