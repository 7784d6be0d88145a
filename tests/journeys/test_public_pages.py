"""A visitor reads the public pages, with and without JavaScript, on a screen and on a telephone."""

import pytest

PAGES = ["/", "/a-propos/", "/mentions-legales/", "/donnees-personnelles/", "/accessibilite/", "/compte/login/"]


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize(("width", "dark"), [(1440, False), (360, False), (1440, True)])
def test_a_public_page_is_accessible_and_fits_its_screen(visit, axe, shot, path, width, dark):
    page = visit(path=path, width=width, dark=dark)
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "the page scrolls sideways"
    shot(page, f"public{path.replace('/', '-')}{width}{'-dark' if dark else ''}")


def test_the_landing_page_works_without_javascript(visit):
    page = visit(javascript=False)
    assert "Entre pairs" in page.title()
    assert page.locator("main h1").count() == 1


def test_nothing_but_public_pages_may_be_indexed(visit):
    page = visit(path="/compte/login/")
    answer = page.request.get("/compte/login/")
    assert answer.headers["x-robots-tag"] == "noindex"
    assert "x-robots-tag" not in page.request.get("/a-propos/").headers
