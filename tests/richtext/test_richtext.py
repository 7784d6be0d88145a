from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from richtext import LINK_REL, MAX_LENGTH, PROFILES, TooLong, _clean, clean_html, from_text, shown, to_text

BOTH = pytest.mark.parametrize("profile", ["message", "note"])

HOSTILE = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//evil.example/x.js></SCRIPT>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)>",
    "<svg><style><img src=x onerror=alert(1)></style></svg>",
    "<svg></p><style><a id=\"</style><img src=1 onerror=alert(1)>\">",
    "<math><mtext><table><mglyph><style><!--</style><img title=\"--&gt;&lt;img src=1 onerror=alert(1)&gt;\">",
    "<math><annotation-xml encoding=\"text/html\"><p><style></p><img src=x onerror=alert(1)></style>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">",
    "<textarea><img src=x onerror=alert(1)></textarea>",
    "<title><img src=x onerror=alert(1)></title>",
    "<xmp><img src=x onerror=alert(1)></xmp>",
    "<iframe src=javascript:alert(1)></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<noembed><img src=x onerror=alert(1)></noembed>",
    "<template><script>alert(1)</script></template>",
    "<object data=javascript:alert(1)></object><embed src=javascript:alert(1)>",
    "<a href=javascript:alert(1)>x</a>",
    "<a href=' javascript:alert(1)'>x</a>",
    "<a href='java\tscript:alert(1)'>x</a>",
    "<a href='java&#10;script:alert(1)'>x</a>",
    "<a href='&#106;avascript:alert(1)'>x</a>",
    "<a href='\u200bjavascript:alert(1)'>x</a>",
    "<a href='\x01javascript:alert(1)'>x</a>",
    "<a href='vbscript:msgbox(1)'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<a href='//evil.example'>x</a>",
    "<a href='/compte/logout/'>x</a>",
    "<a href='\\\\evil.example'>x</a>",
    "<a href='https://exemple.fr' onclick=alert(1) target=_blank style='position:fixed'>x</a>",
    "<p style='background:url(javascript:alert(1))' class=btn id=content>x</p>",
    "<p onmouseover=alert(1)//>x",
    "<style>@import '//evil.example/x.css';</style>",
    "<link rel=stylesheet href=//evil.example><meta http-equiv=refresh content='0;url=//evil'><base href=//evil>",
    "<form action=//evil.example><input name=password><button formaction=javascript:alert(1)>x</button></form>",
    "<details open ontoggle=alert(1)>x</details>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<![CDATA[<img src=x onerror=alert(1)>]]>",
    "<?xml version='1.0'?><x onclick=alert(1)>",
    "<table background=javascript:alert(1)><td background=javascript:alert(1) colspan=9999999>x",
    "<th scope='\" onfocus=alert(1) autofocus x=\"'>x</th>",
    "</p></div></main><h1>Faux titre</h1>",
    "<b><i><div onclick=alert(1)>x",
    "\x00<scr\x00ipt>alert(1)</script>",
    "<<p>x</p><a<a href=x>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<plaintext><img src=x onerror=alert(1)>",
]  # fmt: skip


class Reader(HTMLParser):
    """Collects what a page would hold."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += attrs


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    return reader


def assert_harmless(html: str, profile: str) -> None:
    held = read(html)
    assert held.tags <= PROFILES[profile]
    for name, value in held.attributes:
        assert name in {"href", "rel", "scope"}, name
        if name == "href":
            assert value.startswith(("http://", "https://", "mailto:")), value
        if name == "rel":
            assert value == LINK_REL


@BOTH
@pytest.mark.parametrize("payload", HOSTILE)
def test_hostile_html_holds_nothing_but_the_allow_list(payload, profile):
    once = clean_html(payload, profile=profile)
    assert_harmless(once, profile)
    assert_harmless(clean_html(f"<ul><li>{payload}<p><b>{payload}", profile=profile), profile)


def test_the_reader_of_these_tests_sees_what_is_dangerous():
    assert sum("script" in (held := read(payload)).tags or any(n.startswith("on") for n, _ in held.attributes)
               for payload in HOSTILE) >= 10  # fmt: skip


@BOTH
@pytest.mark.parametrize("payload", HOSTILE)
def test_what_is_stored_is_stable(payload, profile):
    stored = clean_html(payload, profile=profile)
    assert clean_html(stored, profile=profile) == stored
    assert shown(stored, profile=profile) == stored


MARKS = """<p> </p> <b> </b> <div> </div> <ul> <li> </ul> <table> <td> <caption> <h1> </h1> <a_href='https://a.fr'> </a>
<blockquote> <code> <svg> <math> <style> </style> <br> mot &lt;b&gt; <!-- --> <i>"""


@given(st.lists(st.sampled_from([*(mark.replace("_", " ") for mark in MARKS.split()), " ", "\n"]), max_size=30))
def test_any_nesting_is_stable_after_two_passes(pieces):
    twice = clean_html(clean_html("".join(pieces)))
    assert clean_html(twice) == twice
    assert_harmless(twice, "note")


def test_what_browsers_write_keeps_its_sense():
    assert clean_html("<div>Un <b>mot</b> <i>penché</i></div><div><br></div>") == (
        "<p>Un <strong>mot</strong> <em>penché</em></p><p><br></p>"
    )


def test_a_note_keeps_its_table_and_a_message_its_words():
    table = '<table><caption>Coûts</caption><tbody><tr><th scope="col">An</th><td>2024</td></tr></tbody></table>'
    assert clean_html(table, profile="note") == table
    assert clean_html(table, profile="message") == "CoûtsAn2024"


@pytest.mark.parametrize("address", ["https://exemple.fr/à?x=1&amp;y=2", "http://exemple.fr", "mailto:a@exemple.fr"])
def test_a_full_address_stays_a_link_that_lends_nothing(address):
    assert clean_html(f'<p><a href="{address}">x</a></p>') == f'<p><a href="{address}" rel="{LINK_REL}">x</a></p>'


@BOTH
def test_length_is_asked_before_any_work(profile):
    clean_html("x" * MAX_LENGTH[profile], profile=profile)
    with pytest.raises(TooLong):
        clean_html("x" * (MAX_LENGTH[profile] + 1), profile=profile)


@pytest.mark.parametrize(
    "unit",
    ["<b>", "<div>", "<blockquote>", "<ul><li>", "<table><td>", "<a href=x>", "<", "&", "<!--", "<p x=y ", "</p>"],
)
def test_64_kb_of_one_thing_come_out_within_the_same_measure_or_not_at_all(unit):
    html = (unit * (MAX_LENGTH["note"] // len(unit) + 1))[: MAX_LENGTH["note"]]
    try:
        cleaned = clean_html(html)
    except TooLong:
        assert len(_clean(html, "note")) <= 20 * len(html)
    else:
        assert len(cleaned) <= MAX_LENGTH["note"]


def test_plain_text_becomes_paragraphs_lines_and_links():
    assert from_text("Bonjour <tous> & toutes,\nà jeudi.\r\n\r\n \n\nVoir (https://exemple.fr/a?b=1&c=2).") == (
        "<p>Bonjour &lt;tous&gt; &amp; toutes,<br>à jeudi.</p>"
        '<p>Voir (<a href="https://exemple.fr/a?b=1&amp;c=2" rel="noopener nofollow ugc">'
        "https://exemple.fr/a?b=1&amp;c=2</a>).</p>"
    )


def test_only_an_explicit_http_address_becomes_a_link():
    for text in ("www.exemple.fr", "exemple.fr", "javascript:alert(1)", "ftp://exemple.fr", "//exemple.fr"):
        assert "<a" not in from_text(text), text


def test_plain_text_of_blanks_is_nothing():
    assert from_text(" \n\n\t ") == ""


def test_a_message_too_long_is_refused_before_any_work():
    with pytest.raises(TooLong):
        from_text("x" * (MAX_LENGTH["message"] + 1))


@given(st.text(max_size=300))
def test_the_words_of_a_plain_text_come_back(text):
    words = text.replace("\x00", "").replace("\r\n", "\n").replace("\r", "\n").split()
    assert "".join(to_text(from_text(text)).split()) == "".join(words)


def test_words_come_out_one_line_a_block():
    assert to_text(
        "<p>Un &amp; deux</p><ul><li>a<br>b</li><li>c</li></ul><table><tr><td>1</td><td>2</td></tr></table>"
    ) == ("Un & deux\na\nb\nc\n1 2")


def test_no_words_are_lost_that_were_not_code():
    assert to_text(clean_html("<p>Avant <span>dedans</span></p><script>x()</script><font>après</font>")) == (
        "Avant dedans\naprès"
    )
