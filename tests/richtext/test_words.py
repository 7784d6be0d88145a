"""What is typed before it is marked: its signs, its pictures."""

import pytest

from richtext import is_blank, plain
from richtext.shortcodes import SHORTCODES, with_pictures


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
        ("e\u0301te\u0301", "été"),
        ("\u202eabc\u202c \u2066x\u2069\ufeff", "abc x"),
        ("\x00\x07a\tb", "a\tb"),
        ("👩\u200d👧 نعم\u200fא", "👩\u200d👧 نعم\u200fא"),
    ],
)
def test_what_no_keyboard_writes_is_left_out(typed, kept):
    assert plain(typed) == kept
    assert plain(kept) == kept


@pytest.mark.parametrize("text", ["", " \n\t", "\u200b\u200d\u2060", "\u3164\u2800", "\u00ad", "\xa0"])
def test_what_shows_nothing_is_blank(text):
    assert is_blank(text)
    assert not is_blank(text + ".")


def test_a_picture_is_not_blank():
    assert not is_blank("👍")


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        (":sourire:", "🙂"),
        ("bravo :clap::tada:", "bravo 👏🎉"),
        (":+1: :Pouce:", "👍 👍"),
        (":inconnu: 10:30:45 http://a:80:b", ":inconnu: 10:30:45 http://a:80:b"),
        ("(:cœur:)", "(❤️)"),
        (": smile :", ": smile :"),
    ],
)
def test_pictures_are_called_by_their_names(typed, shown):
    assert with_pictures(typed) == shown


def test_each_picture_has_a_name_of_here_and_one_of_elsewhere():
    by_picture = {}
    for name, picture in SHORTCODES.items():
        by_picture.setdefault(picture, []).append(name)
    assert len(by_picture) >= 60
    assert all(name == name.lower() for name in SHORTCODES)
