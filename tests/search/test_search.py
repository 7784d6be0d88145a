"""The same examples on the engine under test, whichever it is."""

from uuid import uuid4

import pytest
from django.db import connection

import search
from search.models import SearchEntry
from spaces.models import Space
from tests.factories import SpaceFactory

pytestmark = pytest.mark.django_db

TEXTS = {
    "cantine": ("Ouvrir une cantine à Bourg-Marelle", "Les élèves mangent des légumes de l’été, en circuits courts."),
    "mobilite": ("Se déplacer sans voiture", "La mobilité solidaire : un taxi associatif, puis des associations."),
    "halle": ("Une halle, trois votes", "Le projet de territoire a commencé dans une cantine fermée. Locaux prêtés."),
}


@pytest.fixture
def objects():
    """Findable things: spaces stand in for notes, for `search` knows neither."""
    made = {name: SpaceFactory(name=name) for name in TEXTS}
    for name, (title, body) in TEXTS.items():
        search.index("thing", made[name].pk, title=title, body=body)
    return made


def found(words: str, queryset=None) -> list[str]:
    queryset = Space.objects.all() if queryset is None else queryset
    return [space.name for space in search.matching(queryset, "thing", words)]


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("légumes", {"cantine"}),
        ("legumes", {"cantine"}),
        ("LÉGUME", {"cantine"}),
        ("ete", {"cantine"}),
        ("mobilites", {"mobilite"}),
        ("cantines", {"cantine", "halle"}),
        ("local", {"halle"}),
        ("cantine legumes", {"cantine"}),
        ("cantine voiture", set()),
        ("associatio", {"mobilite"}),
        ("mobil", {"mobilite"}),
        ("bourg-marelle", {"cantine"}),
        ("l’été", {"cantine"}),
        ('"circuits courts"', {"cantine"}),
        ('"courts circuits"', set()),
        ('"projet de territoire"', {"halle"}),
        ("le projet de la halle", {"halle"}),
    ],
)
@pytest.mark.usefixtures("objects")
def test_words_find_what_holds_them_all(words, names):
    assert set(found(words)) == names


@pytest.mark.usefixtures("objects")
def test_a_word_in_the_title_comes_first():
    assert found("cantine") == ["cantine", "halle"]


@pytest.mark.usefixtures("objects")
def test_only_rows_of_the_queryset_are_found():
    assert found("cantine", Space.objects.filter(name="halle")) == ["halle"]


@pytest.mark.usefixtures("objects")
def test_a_search_nests_and_counts():
    matching = search.matching(Space.objects.all(), "thing", "cantine")
    assert matching.count() == 2
    assert Space.objects.filter(pk__in=matching.order_by().values("pk")).count() == 2


@pytest.mark.usefixtures("objects")
def test_another_kind_is_another_index():
    assert list(search.matching(Space.objects.all(), "other", "cantine")) == []


@pytest.mark.usefixtures("objects")
def test_no_words_leave_the_list_as_it_is():
    assert set(found("   ")) == set(TEXTS)


@pytest.mark.usefixtures("objects")
@pytest.mark.parametrize(
    "words",
    ['"', "'", '"""', "AND OR NOT NEAR(", "a* ^b -c +d", "title:x", "x:*|y", "%s %(a)s {0}", "\\", "\x00", "le la",
     "(((", "' OR 1=1 --", "🙂", "é" * 10_000, "mot " * 5_000, '"' * 10_000, "<->", "a <-> b", "!a & | b"],
)  # fmt: skip
def test_malformed_input_never_errors(words):
    found(words)
    list(search.matching(Space.objects.all(), "thing", words).order_by("-search_rank", "pk"))


def test_new_words_replace_the_old_ones(objects):
    search.index("thing", objects["cantine"].pk, title="Une épicerie", body="")
    assert found("cantine") == ["halle"]
    assert found("epicerie") == ["cantine"]


def test_what_is_removed_leaves_no_copy(objects):
    search.remove("thing", objects["cantine"].pk)
    assert found("legumes") == []
    assert not SearchEntry.objects.filter(object_id=objects["cantine"].pk).exists()
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM search_fts WHERE search_fts MATCH 'legum'")
            assert cursor.fetchone() == (0,)


def test_removing_what_is_not_there_is_nothing():
    search.remove("thing", uuid4())


def test_a_very_long_text_is_indexed():
    space = SpaceFactory()
    search.index("thing", space.pk, title="x" * 1000, body="mot\x00 " * 100_000)
    assert found("mot") == [space.name]
