"""Templates as data: what is accepted, what is refused, and what a path asks of a person."""

import copy
import json
from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from cohorts import calendar, paths
from cohorts.actions import TemplateChanged, load_template
from cohorts.models import PathTemplate
from tests.factories.cohorts import STANDARD, CohortFactory, PathTemplateFactory


def changed(**fields):
    return copy.deepcopy(STANDARD) | fields


def with_event(**fields):
    data = copy.deepcopy(STANDARD)
    data["events"][0] |= fields
    return data


def test_the_standard_path_asks_forty_hours_and_a_quarter():
    """4 sessions, 6 co-developments, 3 interviews and nine times 90 minutes (domain.md 4.3)."""
    assert paths.hours(STANDARD) == Decimal("40.25") == 14 + Decimal("10.5") + Decimal("2.25") + Decimal("13.5")


def test_optional_meetings_ask_nothing():
    data = with_event(optional=True)
    assert paths.hours(data) == Decimal("36.75")


def test_phases_have_the_words_of_the_domain():
    assert [paths.phase_of(STANDARD, month)["label"] for month in (1, 3, 5, 8)] == [
        "Comprendre",
        "Mettre en œuvre",
        "Approfondir",
        "Mettre en perspective",
    ]


def test_events_have_names():
    titles = {line["id"]: paths.title_of(STANDARD, line) for line in STANDARD["events"]}
    assert titles["S1"] == "Session 1 · Comprendre"
    assert titles["S3"] == "Session 3 · Approfondir, atelier de regards croisés"
    assert titles["S4"] == "Session 4 · Mettre en perspective"
    assert titles["C6"] == "Séance de codéveloppement n° 6"
    assert titles["W"] == "Webinaire"
    assert titles["I2"] == "Entretien de mi-parcours"


def test_a_template_may_give_its_own_words():
    data = with_event(label="Journée de rentrée")
    assert paths.title_of(data, data["events"][0]) == "Journée de rentrée"


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        ([], "doit être un objet JSON"),
        ({"PathTemplate": 3}, "doit être un objet JSON"),
        (with_event(kind="picnic"), "d’une nature inconnue"),
        (with_event(mode="by_post"), "forme inconnue"),
        (with_event(month=10), "entre 0 et 9"),
        (with_event(duration_min=0), "entre 5 et 600"),
        (with_event(id="S2"), "utilisé deux fois"),
        (with_event(id="a line too long"), "n’a pas d’identifiant"),
        (with_event(per="everyone"), "groupe inconnu"),
        (with_event(rrule="FREQ=DAILY"), "règle de dates"),
        (with_event(rrule="FREQ=MONTHLY;BYDAY=3TH", start="14:00", end="13:00"), "heures"),
        (
            with_event(rrule="FREQ=MONTHLY;BYDAY=3TH", start="13:00", end="14:00", holiday_policy="cry"),
            "jours fériés",
        ),
        (changed(months=0), "entre 1 et 24"),
        (changed(months=True), "entre 1 et 24"),
        (changed(version="1"), "nombre entier"),
        (changed(id="é à"), "identifiant"),
        (changed(timezone="Europe/Lutèce"), "fuseau horaire"),
        (changed(pause_months=[13]), "pause_months"),
        (changed(pause_months=list(range(1, 13))), "pause_months"),
        (changed(peer_group={"size": 5}), "deux nombres"),
        (changed(peer_group=[]), "deux nombres"),
        (changed(events="S1"), "doit être une liste"),
        (changed(events=["S1"]), "n’a pas d’identifiant"),
        (changed(phases=[{"id": "rest", "from": 1, "to": 9}]), "phase"),
        (changed(phases=[{"id": "deepen", "from": 2, "to": 9}]), "n’appartient à aucune phase"),
        (changed(milestones=[{"id": "dance", "month": 1}]), "est inconnu"),
        (changed(milestones=[{"id": "roadmap_v1", "month": 99}]), "entre 0 et 9"),
    ],
)
@pytest.mark.django_db
def test_what_is_not_understood_is_said_and_nothing_is_written(document, sentence):
    with pytest.raises(ValidationError) as refusal:
        load_template(document=document)
    assert sentence in " ".join(refusal.value.messages)
    assert not PathTemplate.objects.exists()


def places(value, path=()):
    """Every place inside a JSON value."""
    yield path
    if isinstance(value, dict | list):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield from places(value[key], (*path, key))


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers(-50, 5000) | st.text(max_size=9) | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "from", "kind"]), inner),
    max_leaves=4,
)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from([path for path in places(STANDARD) if path]), ANYTHING)
def test_a_template_is_refused_in_words_or_makes_a_calendar(path, value):
    data = copy.deepcopy(STANDARD)
    inside = data
    for key in path[:-1]:
        inside = inside[key]
    inside[path[-1]] = value
    try:
        paths.check(data)
    except ValidationError as refusal:
        sentences = refusal.messages
    else:
        assert paths.hours(data) >= 0
        assert bool(calendar.propose(data, date(2026, 10, 1))) == bool(data["events"])
        assert calendar.months(data, date(2026, 10, 1), events=[], milestones=[], today=date(2026, 10, 1))
        assert all(paths.milestone_title(line) for line in data["milestones"])
        return
    assert sentences


def test_everything_wrong_is_said_at_once():
    with pytest.raises(ValidationError) as refusal:
        paths.check(with_event(kind="picnic", mode="by_post"))
    assert len(refusal.value.messages) == 2


@pytest.mark.django_db
def test_loading_the_same_version_again_changes_nothing():
    assert load_template(document=STANDARD) == load_template(document={"PathTemplate": copy.deepcopy(STANDARD)})
    assert PathTemplate.objects.count() == 1


@pytest.mark.django_db
def test_a_version_keeps_its_words():
    load_template(document=STANDARD)
    with pytest.raises(TemplateChanged, match="changez son numéro"):
        load_template(document=with_event(duration_min=60))
    load_template(document=with_event(duration_min=60) | {"version": 2})
    assert PathTemplate.objects.count() == 2


@pytest.mark.django_db
def test_the_command_loads_a_file_and_says_what_is_wrong(tmp_path, capsys):
    call_command("load_path_template", name="Parcours 9 mois")
    assert PathTemplate.objects.get().name == "Parcours 9 mois"
    assert "40,25" in capsys.readouterr().out
    wrong = tmp_path / "wrong.json"
    wrong.write_text(json.dumps(with_event(kind="picnic") | {"version": 7}), encoding="utf-8")
    with pytest.raises(CommandError, match="nature inconnue"):
        call_command("load_path_template", str(wrong))
    wrong.write_text("{", encoding="utf-8")
    with pytest.raises(CommandError, match="n’est pas du JSON"):
        call_command("load_path_template", str(wrong))
    with pytest.raises(CommandError, match="ne se lit pas"):
        call_command("load_path_template", str(tmp_path / "none.json"))
    assert PathTemplate.objects.count() == 1


@pytest.mark.django_db
def test_a_cohort_says_the_time_it_asks():
    assert CohortFactory().time_asked == "40\u00a0h\u00a015, environ 4\u00a0h\u00a030 par mois"
    data = changed(id="empty", events=[])
    assert CohortFactory(template=PathTemplateFactory(slug="empty", data=data)).time_asked == ""
