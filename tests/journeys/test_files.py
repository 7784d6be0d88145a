"""Files given with a message: dropped, seen by the others at once, refused with a sentence, without a script too."""

import io
from uuid import uuid4

import pytest
from PIL import Image
from playwright.sync_api import Route, expect

from config.demonstration import main_cohort
from discussions.models import Channel

DROP = """([name, bytes]) => {
  const given = new DataTransfer();
  given.items.add(new File([new Uint8Array(bytes)], name));
  for (const kind of ["dragover", "drop"])
    document.querySelector("#composer").dispatchEvent(new DragEvent(kind, { dataTransfer: given, bubbles: true }));
}"""


@pytest.fixture
def thread(rows) -> str:
    """The path of the cohort's channel."""
    with rows():
        return Channel.objects.get(space=main_cohort().pk, kind=Channel.Kind.GENERAL).get_absolute_url()


def picture() -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").resize((1600, 900)).convert("RGB").save(out, "JPEG")
    return out.getvalue()


def test_a_dropped_image_is_seen_live_and_a_page_is_refused(visit, person, thread, provoked, axe, fits, shot):
    provoked.append(r"status of 415\b")
    nadia, paul = visit(person("nadia"), path=thread), visit(person("paul"), path=thread, width=360, height=740)
    words = f"Le plan de la salle {uuid4().hex[:8]}"
    nadia.get_by_label("Votre message").fill(words)
    nadia.evaluate(DROP, ["page.html", list(b"<html></html>")])
    expect(nadia.get_by_text("Les pages web et les dessins SVG ne sont pas acceptés")).to_be_visible()
    nadia.evaluate(DROP, ["Plan de la salle.jpg", list(picture())])
    joined = nadia.locator("[data-joined] li")
    expect(joined).to_contain_text("Plan de la salle.jpg")
    expect(joined.get_by_role("button", name="Retirer")).to_be_visible()
    with nadia.expect_file_chooser() as chooser:
        nadia.get_by_role("button", name="Joindre un fichier").click()
    chooser.value.set_files({"name": "horaires.csv", "mimeType": "text/csv", "buffer": b"jour;heure\n"})
    expect(joined).to_have_count(2)
    expect(joined.last).to_contain_text("tableau CSV")
    axe(nadia)
    shot(nadia, "files-1-composer-1440")
    nadia.get_by_role("button", name="Envoyer").click()

    for page in (nadia, paul):
        message = page.locator("ol.messages > li").filter(has_text=words)
        expect(message.get_by_role("link", name="Plan de la salle.jpg").locator("img")).to_be_visible()
        assert message.locator(".files img").evaluate("image => image.decode().then(() => image.naturalWidth)") == 1280
        expect(message).to_contain_text("tableau CSV, 1 Ko")
        axe(page)
        fits(page)
    with paul.expect_download() as download:
        paul.locator("ol.messages > li").filter(has_text=words).get_by_role("link", name="horaires.csv").click()
    assert download.value.suggested_filename == "horaires.csv"
    assert download.value.path().read_bytes() == b"jour;heure\n"
    shot(paul, "files-2-reader-360")


def test_an_image_has_its_place_before_it_has_come(visit, person, thread):
    """Otherwise what a link leads to is pushed out of sight by the images above it."""
    words = f"La façade {uuid4().hex[:8]}"
    nadia = visit(person("nadia"), path=thread)
    nadia.get_by_label("Votre message").fill(words)
    nadia.evaluate(DROP, ["facade.jpg", list(picture())])
    expect(nadia.locator("[data-joined] li")).to_contain_text("facade.jpg")
    nadia.get_by_role("button", name="Envoyer").click()
    expect(nadia.locator("ol.messages > li[data-seq]").filter(has_text=words)).to_have_count(1)

    held: list[Route] = []
    paul = visit(person("paul"))
    paul.route("**/apercu/", lambda route: held.append(route))
    paul.goto(thread)
    image = paul.locator("ol.messages > li").filter(has_text=words).locator(".files img")
    image.scroll_into_view_if_needed()
    before = image.bounding_box()
    assert before["height"] == 288
    assert before["width"] == 512
    for route in held:
        route.continue_()
    assert image.evaluate("image => image.decode().then(() => image.naturalWidth)") == 1280
    assert image.bounding_box() == before


def test_without_a_script_files_go_with_the_message(visit, person, thread, axe, fits, shot):
    nadia = visit(person("nadia"), path=thread, javascript=False, width=360, height=740)
    words = f"Sans script {uuid4().hex[:8]}"
    nadia.get_by_label("Votre message").fill(words)
    nadia.get_by_label("Joindre des fichiers").set_input_files(
        [
            {"name": "plan.jpg", "mimeType": "image/jpeg", "buffer": picture()},
            {"name": "dessin.svg", "mimeType": "image/svg+xml", "buffer": b"<svg/>"},
        ]
    )
    nadia.get_by_role("button", name="Envoyer").click()
    expect(nadia.get_by_role("alert")).to_contain_text("dessin.svg")
    expect(nadia.get_by_role("checkbox", name="plan.jpg")).to_be_checked()
    expect(nadia.get_by_label("Votre message")).to_have_value(words)
    fits(nadia)
    shot(nadia, "files-3-refused-360")
    nadia.get_by_role("button", name="Envoyer").click()
    message = nadia.locator("ol.messages > li").filter(has_text=words)
    expect(message.get_by_role("link", name="plan.jpg").locator("img")).to_be_visible()
