import copy

import pytest
from django.test import Client
from django.urls import reverse

from cohorts import history
from cohorts.models import Cohort, Enrolment, Partner

pytestmark = pytest.mark.django_db


@pytest.fixture
def records():
    return history.read(history.OF_2018_2019)


def test_the_three_real_paths_stand_as_finished_cohorts_of_nine_months(records):
    history.load(records)

    assert sorted(cohort.name for cohort in Cohort.objects.filter(state=Cohort.State.FINISHED)) == [
        "Alliances innovantes",
        "Co-construction territoriale",
        "Modèles socio-économiques",
    ]
    assert all(len(cohort.months()) == 9 for cohort in Cohort.objects.all())
    first = Cohort.objects.get(space__name="Co-construction territoriale")
    assert (first.ends_on.year, first.ends_on.month) == (2018, 11)
    assert Partner.objects.filter(name="FONJEP").exists()
    assert Enrolment.objects.filter(cohort=first).count() == 2


def test_every_version_of_a_figure_that_the_sources_dispute_is_kept(records):
    history.load(records)

    members = Cohort.objects.get(space__name="Co-construction territoriale").sources[0]
    assert members["topic"] == "Nombre de membres"
    assert [text.split(" (")[0] for text in members["versions"]] == [
        "10 territoires pilotes",
        "12 catalyseurs territoriaux",
        "12 territoires pilotes",
        "11 acteurs au lancement, puis 10 territoires",
    ]


def test_loading_twice_changes_nothing(records):
    assert history.load(records) == 3
    assert history.load(records) == 0
    assert Cohort.objects.count() == 3


@pytest.mark.parametrize(
    "spoil",
    [
        lambda record: record.pop("name"),
        lambda record: record.update(starts_on="printemps"),
        lambda record: record.update(capacity="douze"),
        lambda record: record.update(members=[["Une maison", "château"]]),
    ],
    ids=["missing name", "no date", "no number", "unknown kind of actor"],
)
def test_a_record_that_is_not_understood_is_named_and_nothing_is_written(records, spoil):
    spoilt = copy.deepcopy(records)
    spoil(spoilt[-1])

    with pytest.raises(history.UnreadableHistory, match=r"modeles-socio-economiques"):
        history.load(spoilt)

    assert not Cohort.objects.exists()


def test_the_page_of_a_real_path_shows_its_dates_and_every_version_and_no_month_that_the_sources_leave_open(records):
    history.load(records)
    disputed, undated = (
        Client().get(reverse("cohorts:public", args=[Cohort.objects.get(space__name=name).pk])).text
        for name in ("Co-construction territoriale", "Alliances innovantes")
    )

    for words in (
        "Jeudi 3\u00a0mai 2018",
        "Mardi 26\u00a0mars 2019",
        "10 territoires pilotes",
        "12 territoires pilotes",
    ):
        assert words in disputed
    assert "Organisations que les sources nomment" in disputed
    assert "2 organisations" not in disputed
    assert "Les sources ne donnent aucune date précise." in undated
    for page in (disputed, undated):
        assert "Ce que disent les sources" in page
        assert "Les 9 mois" not in page
        assert "démonstration" not in page
