from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from richtext import MAX_LENGTH, TooLong, clean_html, shown, to_text
from richtext.marks import Named, as_marks, from_marks, to_marks

EXAMPLES = [
    ("Un\nmot", "<p>Un<br>mot</p>"),
    ("Un\n\ndeux", "<p>Un</p><p>deux</p>"),
    ("- un\n- deux", "<ul><li>un</li><li>deux</li></ul>"),
    ("1. un\n2. deux", "<ol><li>un</li><li>deux</li></ol>"),
    ("> cité\n> encore", "<blockquote><p>cité<br>encore</p></blockquote>"),
    ("### Titre\n\nmot", "<h3>Titre</h3><p>mot</p>"),
    ("**gras** et *penché*", "<p><strong>gras</strong> et <em>penché</em></p>"),
    ("[là](https://exemple.fr/a_b)", '<p><a href="https://exemple.fr/a_b" rel="noopener nofollow ugc">là</a></p>'),
    ("<b>a</b> & c", "<p>&lt;b&gt;a&lt;/b&gt; &amp; c</p>"),
]


@pytest.mark.parametrize(("text", "html"), EXAMPLES)
def test_marks_say_what_the_editor_says(text, html):
    assert from_marks(text) == html


@pytest.mark.parametrize(("text", "html"), EXAMPLES)
def test_a_text_without_the_editor_comes_back_as_it_was_written(text, html):
    assert to_marks(html) == text


@pytest.mark.parametrize(
    "html",
    [
        "<table><tbody><tr><td>x</td></tr></tbody></table>",
        "<ul><li>a<ul><li>b</li></ul></li></ul>",
        "<p><code>x</code></p>",
        "<p>3*4*5</p>",
        "sans paragraphe",
    ],
)
def test_what_marks_cannot_say_is_not_said(html):
    assert to_marks(html) is None


@given(st.text(alphabet="ab *-[]()>#1.\n<&é", max_size=120))
def test_nothing_is_ever_lost_on_the_way_through_a_plain_field(text):
    html = from_marks(text)
    marks = to_marks(html)
    assert marks is None or from_marks(marks) == html
    assert clean_html(html) == html


def test_a_text_without_measure_is_refused_before_any_work():
    with pytest.raises(TooLong):
        from_marks("x" * (MAX_LENGTH["note"] + 1))


@pytest.mark.parametrize("unit", ["[a](http://", "**", "*a ", "> ", "- ", "[", "http://."])
def test_marks_without_end_come_out_within_measure_or_not_at_all(unit):
    try:
        html = from_marks((unit * MAX_LENGTH["note"])[: MAX_LENGTH["note"]])
    except TooLong:
        return
    assert len(html) <= MAX_LENGTH["note"]


def test_a_message_has_no_headings():
    assert from_marks("### Titre", profile="message") == "<p>### Titre</p>"


def test_a_message_names_people_where_they_are_named():
    person = UUID(int=7)
    body = from_marks("**@Nadia** : oui", profile="message", people=[Named(2, 8, "@Nadia <Ferrand>", person)])
    name = f'<span class="mention" data-person="{person}">@Nadia &lt;Ferrand&gt;</span>'
    assert body == f"<p><strong>{name}</strong> : oui</p>"
    assert to_text(body) == "@Nadia <Ferrand> : oui"
    assert shown(body, profile="message") == body
    assert as_marks(body) == "**@Nadia <Ferrand>** : oui"


def test_nobody_names_by_hand():
    spoofed = f'<span class="mention" data-person="{UUID(int=7)}">@Nadia</span>'
    for typed in (spoofed, "\ufdd00\ufdd1", "\ufdd0\ufdd1\ufdd07\ufdd1"):
        assert "<span" not in from_marks(typed, profile="message")
    assert "<span" not in clean_html(f"<p>{spoofed}</p>", profile="note")
    for attributes in ('class="btn"', 'data-person="x"', 'class="mention" onclick="x()"', 'style="color:red"'):
        kept = clean_html(f"<p><span {attributes}>x</span></p>", profile="message")
        assert kept in {"<p><span>x</span></p>", '<p><span class="mention">x</span></p>'}


def test_stars_that_stand_apart_or_in_an_address_are_stars():
    assert from_marks("2 * 3 * 4", profile="message") == "<p>2 * 3 * 4</p>"
    assert "<em>" not in from_marks("https://exemple.fr/a*b*c", profile="message")
    assert from_marks("**https://exemple.fr/a**", profile="message").startswith(
        '<p><strong><a href="https://exemple.fr/a"'
    )


@given(st.text(alphabet="ab *-[]()>#1.\n<&é@:/\ufdd0\ufdd10", max_size=120))
def test_a_message_can_always_be_taken_up_again(text):
    html = from_marks(text, profile="message")
    again = as_marks(html)
    assert "\ufdd0" not in html
    assert clean_html(html, profile="message") == html
    assert isinstance(again, str)
