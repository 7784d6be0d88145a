"""Every page that one comes to by the product's own links, for each kind of person; and the main ones by keyboard."""

from collections import Counter
from urllib.parse import parse_qs, urldefrag, urljoin, urlsplit

import pytest
from django.urls import Resolver404, resolve, reverse
from playwright.sync_api import Page, expect

from config.demonstration import main_cohort
from discussions.models import Channel
from reservoir.models import Note
from workshops.models import CodevSession

ALIKE = 2  # pages of one kind that are looked at: two notes tell as much as fourteen
MOST = 60  # pages a person
LINKS = """() => [...document.querySelectorAll("a[href]:not([download])")].map(link => link.href)"""


def kind_of(address: str) -> tuple[str, ...]:
    """The name of the view behind an address, with the names of what it is asked; empty for what is no page of ours."""
    parts = urlsplit(address)
    try:
        name = resolve(parts.path).view_name
    except Resolver404:
        return ()
    return (name, *sorted(parse_qs(parts.query)))


def faults(page: Page, axe) -> list[str]:
    """What is wrong with the page as it stands in its window."""
    width = page.viewport_size["width"]
    found = []
    if (over := page.evaluate("document.documentElement.scrollWidth - innerWidth")) > 0:
        found.append(f"{over} px too wide for {width}")
    if (titles := page.locator("h1").count()) != 1:
        found.append(f"{titles} h1")
    if not page.title().removesuffix(" · Entre pairs").strip():
        found.append("no title")
    try:
        axe(page)
    except AssertionError as violations:
        found.append(f"axe at {width}: {violations}")
    return found


@pytest.mark.parametrize("key", ["claire", "solene", "helene", "admin", None])
def test_every_page_one_comes_to_stands(visit, person, server, axe, shot, key):
    page = visit(person(key) if key else None)
    ahead, met, seen = ["/"], Counter(), set()
    wrong: dict[str, list[str]] = {}
    while ahead and len(seen) < MOST:
        path = ahead.pop(0)
        kind = kind_of(path)
        if not kind or kind[0].startswith("admin:") or met[kind] >= ALIKE:
            continue
        page.set_viewport_size({"width": 1440, "height": 900})
        page.emulate_media(color_scheme="light")
        answer = page.goto(path)
        here = urlsplit(page.url)._replace(scheme="", netloc="", fragment="").geturl()
        met[kind] += 1
        if here in seen:
            continue
        seen |= {path, here}
        found = [] if answer and answer.status == 200 else [f"status {answer and answer.status}"]
        found += faults(page, axe)
        page.set_viewport_size({"width": 360, "height": 740})
        page.emulate_media(color_scheme="dark")
        found += faults(page, axe)
        if found:
            wrong[here] = found
            shot(page, f"wrong-{key}-{len(wrong)}-360")
        for link in page.evaluate(LINKS):
            address = urldefrag(urljoin(page.url, link)).url
            if address.startswith(server.url) and (to := address.removeprefix(server.url)) not in seen:
                ahead.append(to)
    assert wrong == {}
    assert len(seen) >= (8 if key in ("helene", "admin", None) else 20), sorted(seen)


# --- by keyboard ---------------------------------------------------------------------------------------------------

STOP = """() => {
  const element = document.activeElement;
  if (!element || element === document.body) return null;
  const box = element.getBoundingClientRect();
  const [left, top] = [Math.max(0, box.left), Math.max(0, box.top)];
  const [right, bottom] = [Math.min(innerWidth, box.right), Math.min(innerHeight, box.bottom)];
  const at = [.5, .1, .9];
  const points = at.flatMap(x => at.map(y => [left + (right - left) * x, top + (bottom - top) * y]));
  const own = hit => hit && (element.contains(hit) || hit.closest("label")?.control === element);
  const marked = one => {
    const style = getComputedStyle(one);
    return (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== "none";
  };
  const words = element.getAttribute("aria-label") || element.innerText || element.name || "";
  return {
    name: `${element.tagName.toLowerCase()} « ${words.trim().slice(0, 40)} »`,
    inView: right > left && bottom > top,
    covered: !points.some(([x, y]) => own(document.elementFromPoint(x, y))),
    outlined: [element, element.closest("label"), element.closest(".writing")].some(one => one && marked(one)),
    first: element.matches(".skip"),
  };
}"""


def walk(page: Page) -> list[str]:
    """Press Tab from the top to the end. Returns the name of each stop; fails at one that cannot be seen."""
    stops: list[str] = []
    page.evaluate("document.activeElement?.blur(); scrollTo(0, 0)")
    page.locator("body").press("Tab")
    while (stop := page.evaluate(STOP)) and not (stop["first"] and stops) and len(stops) < 400:
        assert stop["inView"], f"{page.url}: {stop['name']} is out of sight after {stops[-3:]}"
        assert not stop["covered"], f"{page.url}: {stop['name']} is covered after {stops[-3:]}"
        assert stop["outlined"], f"{page.url}: nothing shows that {stop['name']} has the focus"
        stops.append(stop["name"])
        page.keyboard.press("Tab")
    return stops


@pytest.fixture
def key_pages(rows, person) -> dict[str, tuple[str | None, str]]:
    """Who walks where: a home, a thread, a room from two seats, an editor, a board, a public form."""
    mehdi = person("mehdi")
    with rows():
        cohort = main_cohort()
        session = CodevSession.objects.filter(event__space__name="Les Passerelles").latest("event__starts_at")
        note = Note.objects.filter(authorships__person=mehdi).exclude(state=Note.State.WITHDRAWN).earliest("created_at")
        channel = Channel.objects.get(space=cohort.pk, kind=Channel.Kind.GENERAL)
        open_path = type(cohort).objects.get(state="open", is_demonstration=True)
        return {
            "home": ("claire", reverse("home:cohort", args=[cohort.pk])),
            "thread": ("claire", channel.get_absolute_url()),
            "room": ("nadia", reverse("workshops:session", args=[session.pk])),
            "hand": ("solene", reverse("workshops:session", args=[session.pk])),
            "editor": ("mehdi", reverse("reservoir:section", args=[note.pk, "story"])),
            "board": ("solene", reverse("cohorts:board", args=[cohort.pk])),
            "form": (None, reverse("cohorts:apply", args=[open_path.pk])),
        }


@pytest.mark.parametrize("width", [1440, 360])
@pytest.mark.parametrize("name", ["home", "thread", "room", "hand", "editor", "board", "form"])
def test_one_walks_through_a_page_with_the_tab_key_alone(visit, person, key_pages, name, width):
    who, path = key_pages[name]
    page = visit(person(who) if who else None, width=width, height=740, path=path)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    stops = walk(page)
    assert stops[0] == "a « Aller au contenu »"
    assert 5 <= len(stops) < 400
