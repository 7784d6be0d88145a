"""Each role walks through its pages: accessible, whole on a telephone, within the budget of bytes."""

import pytest

from config.demonstration import main_cohort
from discussions.models import Channel
from reservoir.models import Note
from tests.browser import weigh
from tests.factories.discussions import ChannelFactory, MessageFactory
from tests.journeys.conftest import demonstration_link
from workshops.models import CodevSession

WALKS = {
    "claire": ["home", "talk", "calendar", "notes", "members", "mine", "note", "session", "profile"],
    "nadia": ["session", "event"],
    "solene": ["home", "board", "applications", "invite", "session", "projector", "create"],
    "helene": ["home", "sponsor"],
}
SHARED = ["open", "public", "reservoir", "ateliers"]


@pytest.fixture
def paths(rows) -> dict[str, str]:
    with rows():
        cohort = main_cohort()
        note = Note.objects.filter(space=cohort.pk, state=Note.State.PUBLISHED).earliest("created_at")
        sessions = CodevSession.objects.filter(event__space__parent=cohort.pk, event__space__name="Les Passerelles")
        session = sessions.latest("event__starts_at")
        channel = Channel.objects.filter(space=cohort.pk).earliest("position")
        here = f"/cohortes/{cohort.pk}/"
        return {
            "home": here,
            "talk": channel.get_absolute_url(),
            "calendar": f"{here}calendrier/",
            "notes": f"{here}notes/",
            "members": f"{here}membres/",
            "mine": f"{here}mon-parcours/",
            "board": f"{here}tableau/",
            "sponsor": f"{here}commanditaire/",
            "applications": f"{here}candidatures/",
            "invite": f"{here}inviter/",
            "create": "/cohortes/nouvelle/",
            "note": f"/notes/{note.pk}/",
            "event": f"/rencontres/{session.pk}/",
            "session": f"/seances/{session.pk}/",
            "projector": f"/seances/{session.pk}/ecran/",
            "profile": "/moi/",
            "open": "/parcours/",
            "public": f"/parcours/{cohort.pk}/",
            "reservoir": "/reservoir/",
            "ateliers": "/ateliers/",
        }


def full_channel() -> Channel:
    """As many messages as a page shows, and nothing else."""
    channel = ChannelFactory(space=main_cohort().space)
    authors = list(channel.readers()[:6])
    for number in range(1, 51):
        MessageFactory(
            channel=channel,
            author=authors[number % 6],
            seq=number,
            body=f"<p>Nous avons compté {number * 7} passages devant la halle, deux fois plus qu’en semaine.</p>",
        )
    return channel


@pytest.mark.parametrize("width", [1440, 768, 360])
@pytest.mark.parametrize("key", [*WALKS, None])
def test_each_page_of_a_role_is_accessible_and_fits_its_screen(visit, person, paths, axe, shot, key, width):
    page = visit(person(key) if key else None, width=width)
    wrong = []
    for name in WALKS[key] if key else SHARED:
        answer = page.goto(paths[name])
        shot(page, f"{key or 'visitor'}-{name}-{width}")
        if answer.status != 200:
            wrong.append(f"{name}: {answer.status}")
            continue
        if name != "projector" and not page.evaluate("document.documentElement.scrollWidth <= innerWidth"):
            wrong.append(f"{name}: scrolls sideways at {width}")
        try:
            axe(page)
        except AssertionError as violations:
            wrong.append(f"{name}: {violations}")
    assert wrong == []


@pytest.mark.parametrize(("key", "name"), [("claire", "home"), ("claire", "talk"), ("solene", "board")])
def test_a_first_visit_is_light_and_the_next_one_lighter(visit, person, paths, rows, key, name):
    if name == "talk":
        with rows():
            paths["talk"] = full_channel().get_absolute_url()
    context = visit(path="/robots.txt").context
    context.request.get(demonstration_link(person(key)), max_redirects=0)  # signed in, and no page seen yet
    page = context.new_page()
    first, again = weigh(page, paths[name]), weigh(page, paths[name])
    assert first.kilobytes <= 90
    assert first.requests <= 8
    assert again.kilobytes <= (20 if name == "talk" else 15)  # fifty messages come each time
