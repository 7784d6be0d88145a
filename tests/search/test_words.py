from hypothesis import given
from hypothesis import strategies as st

from search.engines import fts5, scoped, tsquery
from search.words import MAX_WORDS, Query, folded, read, stem


def test_capitals_and_accents_do_not_count():
    assert folded("L’Été à SAINT-Étienne, cœur") == ["l", "ete", "a", "saint", "etienne", "coeur"]


def test_plural_and_singular_have_one_stem():
    for one, many in [("cantine", "cantines"), ("local", "locaux"), ("eau", "eaux"), ("reseau", "reseaux")]:
        assert stem(one) == stem(many), one


def test_short_words_and_years_stay_whole():
    assert [stem(word) for word in ("bus", "2022", "ess")] == ["bus", "2022", "ess"]


def test_quotes_make_a_phrase_and_the_last_word_may_be_unfinished():
    assert read('cantine "projet de territoire" mobil') == Query(
        words=("cantine",), phrases=(("projet", "de", "territoire"),), last="mobil"
    )


def test_french_quotes_make_a_phrase_too():
    assert read("« circuits courts »").phrases == (("circuits", "courts"),)


def test_a_word_in_quotes_is_whole():
    assert read('"port"') == Query(words=("port",), phrases=(), last="")


def test_a_quote_never_closed_is_punctuation():
    assert read('cantine "projet de') == Query(words=("cantine", "projet"), phrases=(), last="")


def test_words_that_say_nothing_make_an_empty_query():
    assert not read("le de la …")


@given(st.text(max_size=2000))
def test_any_text_gives_a_query_of_bare_words(text):
    query = read(text)
    said = [*query.words, *(word for phrase in query.phrases for word in phrase), query.last]
    assert len(said) <= MAX_WORDS + 1
    assert all(word.isalnum() for word in said if word)
    assert fts5(query).count('"') % 2 == 0
    assert "'" not in tsquery(query)
    assert "".join(scoped("note", query, None)).count("'") in (2, 4)
