from datetime import UTC, date, datetime

import pytest
from django.template import Context, Template
from django.utils import timezone, translation
from django.utils.safestring import SafeString

from ui import typography


def spaces(text: str) -> str:
    """No-break spaces made visible."""
    return text.replace("\u00a0", "_")


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("Qui part jeudi ?", "Qui part jeudi_?"),
        ("Qui part jeudi?", "Qui part jeudi_?"),
        ("Quoi?!", "Quoi_?!"),
        ("Attention : fragile ; merci !", "Attention_: fragile_; merci_!"),
        ("Attention: fragile", "Attention_: fragile"),
        ("« Aidez-moi »", "«_Aidez-moi_»"),
        ("«Aidez-moi»", "«_Aidez-moi_»"),
        ("l'essai d'aujourd'hui", "l’essai d’aujourd’hui"),
        ("12 000 habitants, 14 h 30, 4 %", "12_000 habitants, 14_h_30, 4_%"),
    ],
)
def test_french_spaces_and_apostrophes(typed, printed):
    assert spaces(typography.french(typed)) == printed
    assert typography.french(typography.french(typed)) == typography.french(typed)


@pytest.mark.parametrize(
    "text", ["https://exemple.fr/a?b=c", "10:30", "a;b", "mailto:nadia@exemple.fr", "3:2", "'mot'"]
)
def test_addresses_hours_and_ratios_are_left_alone(text):
    assert typography.french(text) == text


def test_the_filter_escapes_words_and_leaves_markup():
    template = Template("{{ text|french }}")
    assert template.render(Context({"text": "<b> Quoi ?"})) == "&lt;b&gt; Quoi\u00a0?"
    markup = SafeString('<a href="/?a=1">Quoi ?</a>')
    assert template.render(Context({"text": markup})) == markup
    assert template.render(Context({"text": None})) == ""


@pytest.fixture
def february(monkeypatch):
    monkeypatch.setattr(timezone, "localdate", lambda: date(2027, 2, 9))


def test_a_date_and_an_hour_are_read_as_people_say_them(february):
    value = datetime(2027, 2, 11, 13, 30, tzinfo=UTC)  # 14:30 in Paris
    text = Template("{{ value|when }} / {{ value|day }} / {{ value|hour }}").render(Context({"value": value}))
    assert spaces(text) == "jeudi 11_février, 14_h_30 / jeudi 11_février / 14_h_30"
    assert spaces(typography.hour(datetime(2027, 2, 11, 13, tzinfo=UTC))) == "14_h"
    assert spaces(typography.day(date(2027, 3, 1))) == "lundi 1er_mars"
    with translation.override("en"):
        assert typography.day(value) == "Thursday 11 February"
        assert typography.hour(value) == "14:30"


def test_a_distant_date_tells_its_year(february):
    assert spaces(typography.day(date(2019, 2, 14))) == "jeudi 14_février 2019"
    assert "2028" not in typography.day(date(2028, 1, 5))


def test_no_date_is_no_words():
    assert Template("{{ value|when }}{{ value|day }}{{ value|hour }}").render(Context({"value": None})) == ""
