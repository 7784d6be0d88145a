from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.operators import Typed, read_date, read_operators


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("cantine de:claire", Typed("cantine", authors=["claire"])),
        ('de:"Claire Martin" cantine', Typed("cantine", authors=["Claire Martin"])),
        ("dans:« Groupe A » cantine", Typed("cantine", places=["Groupe A"])),
        ("cantine avant:2026-11-03", Typed("cantine", before=["2026-11-03"])),
        ("cantine après:3/11/2026 apres:4/11/2026", Typed("cantine", after=["3/11/2026", "4/11/2026"])),
        ("DE:claire", Typed("", authors=["claire"])),
        ("de: claire", Typed("", authors=["claire"])),
        ('de:"claire', Typed("", authors=["claire"])),
        ("cantine de:", Typed("cantine", authors=[""])),
        ("le projet de la halle", Typed("le projet de la halle")),
        ("aide:claire", Typed("aide:claire")),
    ],
)
def test_operators_are_taken_out_of_the_words(text, typed):
    assert read_operators(text) == typed


@pytest.mark.parametrize("value", ["2026-11-03", "3/11/2026", "03/11/2026", "3.11.2026"])
def test_a_day_is_read_as_the_french_write_it(value):
    assert read_date(value) == date(2026, 11, 3)


@pytest.mark.parametrize("value", ["", "hier", "31/02/2026", "0001-01-01", "9999-12-31", "3/11", "²/11/2026"])
def test_what_is_no_day_is_none(value):
    assert read_date(value) is None


@given(st.text(max_size=600))
def test_any_text_is_read(text):
    read_operators(text)


@given(st.text(max_size=30))
def test_any_value_is_a_day_or_none(value):
    read_date(value)
