"""Who may do what: every route of ours, every actor, every method, as `tests/*/rights.py` say."""

import re
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from tests.house.inline import inline_code
from tests.house.world import ACTORS, Row, World, rows

ROWS = rows()
# Routes of the parts we build on. They have their own tests; what we change in them is tested in tests/accounts.
PARTS = ("allauth", "django")
# A session that is renewed or noticed is no write of ours.
NOT_WRITES = re.compile(r'^\w+ (INTO |FROM )?"(django_session|usersessions_usersession)"', re.I)
WRITES = re.compile(r"^\s*(INSERT|UPDATE|DELETE|REPLACE|WITH .*(INSERT|UPDATE|DELETE)) ", re.I | re.S)


def routes(resolver: URLResolver | None = None, namespace: str = "") -> Iterator[tuple[str, URLPattern]]:
    """The name and pattern of every route that is not of a part we build on."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            urlconf = getattr(pattern.urlconf_name, "__name__", "")
            if pattern.namespace != "admin" and not urlconf.startswith(PARTS):
                yield from routes(pattern, f"{namespace}{pattern.namespace}:" if pattern.namespace else namespace)
        elif pattern.name != "set_language":
            yield f"{namespace}{pattern.name or ''}", pattern


def cases(method: str) -> list[object]:
    return [
        pytest.param(row, actor, id=f"{row}-{actor}")
        for row in ROWS
        if (row.get if method == "get" else row.post) is not None
        for actor in ACTORS
    ]


def writes(queries: list[dict[str, str]]) -> list[str]:
    return [sql for query in queries if WRITES.match(sql := query["sql"]) and not NOT_WRITES.match(sql)]


def is_the_door(url: str) -> bool:
    """Is this address the sign-in, rather than what was asked for?"""
    return url.startswith(reverse("account_login"))


def allowed_actor(row: Row, method: str) -> str:
    """Someone signed in whom the table lets through; where it lets nobody through, someone signed in."""
    for actor in ACTORS[1:]:
        if all(status < 400 or status == 422 for status in row.expected(method, actor)):
            return actor
    return "facilitator"


def test_every_route_has_a_name():
    assert [str(pattern.pattern) for name, pattern in routes() if not name or name.endswith(":")] == []


def test_every_route_has_a_row_in_the_rights_table():
    told = {row.route for row in ROWS}
    assert sorted({name for name, _ in routes()} - told) == [], "add a Row to tests/<package>/rights.py"


def test_every_row_is_about_a_route_that_exists():
    assert sorted({row.route for row in ROWS} - {name for name, _ in routes()}) == []


def test_no_route_is_exempt_from_the_csrf_check_but_those_with_a_proof_of_their_own():
    exempt = {name for name, pattern in routes() if getattr(pattern.callback, "csrf_exempt", False)}
    assert exempt == {row.route for row in ROWS if row.own_proof}


@pytest.mark.parametrize(("row", "actor"), cases("get"))
def test_reading(world: World, row: Row, actor: str):
    client = world.client(actor)
    with CaptureQueriesContext(connection) as captured:
        response = client.get(row.url(world), row.query(world))
        if response.streaming and not response.is_async:
            b"".join(response.streaming_content)
    assert response.status_code in row.expected("get", actor)
    if response.status_code == 302:  # which says nothing by itself: a way in, or the way to the door
        assert is_the_door(response.url) == (actor == "visitor")
    if not row.get_writes:
        assert writes(captured.captured_queries) == [], "a GET never writes"
    if actor != "visitor" and response.status_code == 200:
        assert "no-store" in response.headers.get("Cache-Control", "")
    if not response.streaming and response.headers.get("Content-Type", "").startswith("text/html"):
        page = response.content.decode()
        assert inline_code(page) == []
        if "<!doctype" in page[:40].lower():
            assert (page.count("<h1"), page.count("<main"), page.count("<title>")) == (1, 1, 1)


@pytest.mark.parametrize(("row", "actor"), cases("post"))
def test_writing(world: World, row: Row, actor: str):
    client, url, data = world.client(actor), row.url(world), row.data(world)
    with CaptureQueriesContext(connection) as captured:
        response = client.post(url, data)
    assert response.status_code in row.expected("post", actor)
    refused = response.status_code in (403, 404, 405)
    if response.status_code == 302:
        refused = is_the_door(response.url)
        assert actor == "visitor" or not refused
    if refused:
        assert writes(captured.captured_queries) == [], "a refusal leaves everything as it was"


@pytest.mark.parametrize(
    "row", [pytest.param(row, id=str(row)) for row in ROWS if row.post is not None and not row.own_proof]
)
def test_writing_needs_the_csrf_token(world: World, row: Row):
    actor = allowed_actor(row, "post")
    response = world.client(actor, enforce_csrf_checks=True).post(row.url(world), row.data(world))
    assert response.status_code == 403


@pytest.mark.parametrize("row", [pytest.param(row, id=str(row)) for row in ROWS if row.get is None or row.post is None])
def test_a_method_without_a_line_is_refused(world: World, row: Row):
    told, other = ("post", "get") if row.get is None else ("get", "post")
    if any(r.route == row.route and getattr(r, other) is not None for r in ROWS):
        return  # another row speaks of it
    actor = allowed_actor(row, told)
    response = getattr(world.client(actor), other)(row.url(world))
    assert response.status_code == 405, f"decorate the view with @require_{'POST' if told == 'post' else 'safe'}"
