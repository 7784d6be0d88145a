import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.excerpts import Piece, excerpt, holds, marked, named


def found(pieces: list[Piece]) -> list[str]:
    return [piece.text for piece in pieces if piece.found]


@pytest.mark.parametrize(
    ("words", "marks"),
    [
        ("legume", ["légumes"]),
        ("ÉLÈVES", ["élèves"]),
        ("manger", ["mangent"]),
        ("circ", ["circuits"]),
        ('"circuits courts"', ["circuits", "courts"]),
        ("voiture", []),
        ("le des", []),
    ],
)
def test_words_found_are_marked_as_they_are_written(words, marks):
    assert found(marked("Les élèves mangent des légumes, en circuits courts.", words)) == marks


@given(st.text(max_size=300), st.text(max_size=40))
def test_marking_loses_no_character(text, words):
    assert "".join(piece.text for piece in marked(text, words)) == text


def test_an_excerpt_begins_shortly_before_the_first_word_found():
    text = "avant " * 100 + "la cantine du bourg " + "après " * 100
    pieces = excerpt(text, "cantine")
    shown = "".join(piece.text for piece in pieces)
    assert found(pieces) == ["cantine"]
    assert shown.startswith("… avant")
    assert shown.endswith(" …")
    assert len(shown) < 240


def test_an_excerpt_without_any_word_found_is_the_beginning():
    assert excerpt("Une halle, trois votes.", "cantine") == [Piece("Une halle, trois votes.")]


def test_markup_in_the_words_stays_text():
    assert marked("<script>x</script> cantine", "cantine")[0] == Piece("<script>x</script> ")


@pytest.mark.parametrize(
    ("words", "is_there"),
    [("conseil", True), ("conseils municipal", True), ("munic", True), ('"conseil municipal"', True),
     ('"municipal conseil"', False), ("conseil départemental", False), ("le", False), ("", False)],
)  # fmt: skip
def test_short_texts_hold_words_as_the_engines_would_have_it(words, is_there):
    assert holds("Conseil municipal d’été", words) == is_there


@pytest.mark.parametrize(
    ("name", "asked", "is_named"),
    [("Claire Martin", "claire", True), ("Claire Martin", "mart", True), ("Éloïse Le Gall", "eloise le gall", True),
     ("Claire Martin", "aire", False), ("Claire Martin", "claire petit", False), ("Claire Martin", "", False)],
)  # fmt: skip
def test_a_name_is_known_by_the_beginnings_of_its_words(name, asked, is_named):
    assert named(name, asked) == is_named
