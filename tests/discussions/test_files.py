"""Files that people give: what is taken, what is refused and why, who reads them, and when they go."""

import io
import resource
import subprocess
import sys
import zipfile
import zlib
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from PIL import Image, PngImagePlugin

from discussions import filing
from discussions.actions import files
from discussions.actions.files import FilesGone, attach_files, discard_file, forget_files, take_file
from discussions.filing import Refused, clean_name
from discussions.models import File
from spaces.models import Membership
from tests.factories import SpaceFactory
from tests.factories.discussions import ChannelFactory, FileFactory, MessageFactory

pytestmark = pytest.mark.django_db

GPS_IFD, MAKE, ORIENTATION = 0x8825, 0x010F, 0x0112
CONTENT_TYPES = b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
ODT = "application/vnd.oasis.opendocument.text"


@pytest.fixture
def channel():
    return ChannelFactory()


@pytest.fixture
def author(channel, member_of):
    return member_of(channel.space)


@pytest.fixture
def take(channel, author):
    """`take(name, bytes)`: the file, as its author gives it."""
    return lambda name, content, **fields: take_file(
        channel=channel, owner=author, upload=SimpleUploadedFile(name, content), **fields
    )


def image(form="PNG", size=(40, 30), mode="RGB", **options):
    out = io.BytesIO()
    Image.new(mode, size, "teal").save(out, form, **options)
    return out.getvalue()


def archive(entries, *, first=None):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        if first:
            made.writestr("mimetype", first, zipfile.ZIP_STORED)
        for name, content in entries.items():
            made.writestr(name, content)
    return out.getvalue()


def docx(**entries):
    """A Word document, with more entries or others: `docx(**{"word/document.xml": b"…"})`."""
    return archive({"[Content_Types].xml": CONTENT_TYPES, "word/document.xml": b"<w:document/>"} | entries)


def refusal(take, name, content):
    with pytest.raises(Refused) as refused:
        take(name, content)
    assert not File.objects.exists()
    return refused.value


def read(stored):
    with stored.open() as file:
        return file.read()


# --- what is taken -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("Photo.JPG", image("JPEG"), "image/jpeg"),
        ("plan.png", image("PNG", mode="RGBA"), "image/png"),
        ("plan.webp", image("WEBP"), "image/webp"),
        ("plan.gif", image("GIF"), "image/gif"),
        ("rapport.pdf", b"%PDF-1.7\n1 0 obj\n%%EOF\n", "application/pdf"),
        ("notes.txt", "Bonjour à tous".encode(), "text/plain"),
        ("budget.csv", "poste;coût\n".encode("cp1252"), "text/csv"),
        ("compte-rendu.md", b"# Titre\n\n- un\n", "text/markdown"),
        ("lettre.odt", archive({"content.xml": b"<office/>"}, first=ODT), ODT),
        ("lettre.docx", docx(), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ],
    ids=lambda value: value if isinstance(value, str) and "." in value and "/" not in value else "",
)
def test_the_announced_kinds_are_taken(take, name, content, media_type):
    file = take(name, content)
    assert (file.media_type, file.message, file.size) == (media_type, None, len(read(file.content)))
    assert file.name == name.replace(".JPG", ".jpg")
    assert bool(file.preview) == media_type.startswith("image/")
    if not media_type.startswith("image/"):
        assert read(file.content) == content


def test_an_image_loses_where_and_when_it_was_taken_and_stands_upright(take):
    exif = Image.Exif()
    exif[MAKE], exif[ORIENTATION] = "Telephone of Nadia", 6  # a quarter turn
    exif.get_ifd(GPS_IFD).update({1: "N", 2: (48.0, 51.0, 0.0)})
    sent = image("JPEG", exif=exif, comment=b"at home")
    assert b"Nadia" in sent

    file = take("photo.jpg", sent)

    kept = Image.open(io.BytesIO(read(file.content)))
    assert (kept.size, dict(kept.getexif()), kept.info.get("comment")) == ((30, 40), {}, None)
    assert (file.width, file.height) == file.shown_size == (30, 40)
    for stored in (file.content, file.preview):
        assert b"Nadia" not in read(stored)
        assert b"at home" not in read(stored)


def test_words_hidden_in_an_image_stay_behind(take):
    hidden = PngImagePlugin.PngInfo()
    hidden.add_text("Comment", "<script>alert(1)</script>")
    sent = image("PNG", pnginfo=hidden) + b"<script>alert(2)</script>"  # at once an image and a page
    file = take("plan.png", sent)
    assert b"script" not in read(file.content)
    assert b"script" in sent


def test_a_moving_image_still_moves_and_its_preview_does_not(take):
    out = io.BytesIO()
    first, *rest = (Image.new("RGB", (8, 8), colour) for colour in ("red", "green", "blue"))
    first.save(out, "GIF", save_all=True, append_images=rest, duration=90, loop=0)
    file = take("danse.gif", out.getvalue())
    assert Image.open(io.BytesIO(read(file.content))).n_frames == 3
    assert getattr(Image.open(io.BytesIO(read(file.preview))), "n_frames", 1) == 1


def test_a_preview_is_at_most_1280_points_wide(take):
    file = take("plan.png", image("PNG", (2600, 1300)))
    assert (file.width, file.height) == (1280, 640)
    assert file.shown_size == (576, 288)
    assert Image.open(io.BytesIO(read(file.content))).size == (2600, 1300)


def test_the_bytes_decide_between_images(take):
    file = take("photo.png", image("JPEG"))
    assert (file.name, file.media_type) == ("photo.jpg", "image/jpeg")


# --- what is refused ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "status", "says"),
    [
        ("vide.png", b"", 422, "vide"),
        ("page.png", b"<!DOCTYPE html><script>alert(1)</script>", 415, "pages web"),
        ("page.html", b"<html></html>", 415, "pages web"),
        ("dessin.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", 415, "SVG"),
        ("page.txt", b"\xef\xbb\xbf\n<script>alert(1)</script>", 415, "pages web"),
        ("outil.exe", b"MZ\x90\x00", 415, "Sont acceptés"),
        ("outil.txt", b"MZ\x90\x00\x03", 415, "son nom annonce"),
        ("outil.pdf", b"MZ\x90\x00\x03", 415, "son nom annonce"),
        ("sans-nom", b"bonjour", 415, "Sont acceptés"),
        ("rapport.pdf", b"%PDF-1.7\n1 0 obj\n", 422, "incomplet"),
        ("photo.jpg", image("JPEG", (400, 300))[:700], 422, "incomplet"),
        ("photo.png", image("PNG", (400, 300))[:120], 422, "incomplet"),
        ("lettre.docx", b"PK\x03\x04 nothing more", 422, "incomplet"),
        ("lettre.docx", archive({"a.txt": b"a"}), 415, "son nom annonce"),
        ("lettre.odt", archive({"content.xml": b"a"}, first="application/zip"), 415, "son nom annonce"),
        ("lettre.docx", docx(**{"word/vbaProject.bin": b"Sub AutoOpen()"}), 422, "macros"),
        ("lettre.odt", archive({"Basic/Standard/Module1.xml": b"Sub"}, first=ODT), 422, "macros"),
        ("lettre.docx", docx(**{"../../etc/cron.d/x": b"* * * * *"}), 422, "vérifié"),
        ("lettre.docx", docx(**{"/etc/passwd": b"root"}), 422, "vérifié"),
        ("lettre.docx", docx(**{"..\\..\\autoexec.bat": b"root"}), 422, "vérifié"),
        (
            "lettre.docx",
            docx(**{"word/document.xml": b'<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><d>&x;</d>'}),
            422,
            "vérifié",
        ),
        (
            "lettre.odt",
            archive({"content.xml": '<!DOCTYPE d [<!ENTITY a "aaa">]><d>&a;</d>'.encode("utf-16")}, first=ODT),
            422,
            "vérifié",
        ),
        ("lettre.docx", docx(**{"word/media/blank.bin": b"\0" * 60_000_000}), 422, "décompressé"),
        ("lettre.docx", b"\x7fELF" + docx(), 415, "son nom annonce"),
    ],
)
def test_what_is_not_what_it_says_is_refused_with_a_sentence(take, name, content, status, says):
    refused = refusal(take, name, content)
    assert refused.status == status
    assert says in str(refused)


def test_an_image_of_too_many_points_is_refused_before_it_is_drawn(take):
    """Twenty thousand by twenty thousand points in a few bytes: 1.6 GB once drawn."""

    def chunk(kind, content):
        return len(content).to_bytes(4) + kind + content + zlib.crc32(kind + content).to_bytes(4)

    side = (20_000).to_bytes(4)
    bomb = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", side + side + bytes([8, 6, 0, 0, 0]))
    bomb += chunk(b"IDAT", zlib.compress(b"\0" * 100_000)) + chunk(b"IEND", b"")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert "25 millions de points" in str(refusal(take, "grand.png", bomb))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000  # kilobytes


def test_an_archive_that_lies_about_what_it_holds_is_refused(take):
    bomb = bytearray(docx(**{"word/media/blank.bin": b"\0" * 120_000_000}))
    announced = (120_000_000).to_bytes(4, "little")
    while (at := bomb.find(announced)) >= 0:
        bomb[at : at + 4] = (1000).to_bytes(4, "little")
    assert refusal(take, "lettre.docx", bytes(bomb)).status == 422


def test_a_file_of_more_than_ten_megabytes_is_refused_and_one_of_ten_is_not(take):
    assert refusal(take, "notes.txt", b"a" * (files.MAX_BYTES + 1)).status == 413
    assert take("notes.txt", b"a" * files.MAX_BYTES).weight == "10,0\xa0Mo"


def test_the_largest_photograph_is_redrawn_within_the_limits(take):
    out = io.BytesIO()
    Image.effect_noise((5000, 5000), 12).convert("RGB").save(out, "JPEG", quality=60)
    file = take("photo.jpg", out.getvalue())
    assert (file.width, file.height) == (1280, 1280)


def test_what_does_not_fit_in_the_memory_given_is_refused_not_suffered(tmp_path):
    """The sandbox says so, or says nothing and ends; the page that waits for it lives."""
    (tmp_path / "given").write_bytes(image("PNG", (5000, 5000)))
    code = "import sys, sandbox; sandbox.MEMORY = 90_000_000; sys.argv = ['', sys.argv[1], 'png']; sandbox.main()"
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], cwd=Path(filing.__file__).parent, capture_output=True, check=False
    )
    assert done.stdout in (b'{"refused": "too_much"}', b"")


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\Nadia\\plan.txt", "plan.txt"),
        ("facture\u202egnp.exe.txt", "facturegnp_exe.txt"),
        ("fac\u200bture\ufeff.txt", "facture.txt"),
        ("image.php.txt", "image_php.txt"),
        ("Compte rendu v1.2 du 12.10.txt", "Compte rendu v1.2 du 12.10.txt"),
        ("a\nb\tc\x00\x1bd.txt", "a b cd.txt"),
        ('<b>"x"</b>|?*:.txt', "b_.txt"),
        ("con.txt", "_con.txt"),
        ("LPT1.backup.txt", "LPT1_backup.txt"),
        (".htaccess", "htaccess.txt"),
        ("   . .txt", "fichier.txt"),
        ("é" * 300 + ".txt", "é" * 116 + ".txt"),
        ("e\u0301te\u0301.txt", "été.txt"),
    ],
)
def test_a_name_is_shown_without_what_deceives(given, shown):
    assert clean_name(given, "txt") == shown


def test_a_name_on_the_disk_tells_nothing(take):
    file = take("liste des participants.txt", b"Nadia")
    assert "participants" not in file.content.name


@pytest.mark.parametrize(
    ("command", "status", "says"),
    [("true", None, ""), ("false", 422, "antivirus"), ("no-such-command", 503, "plus tard")],
)
def test_an_antivirus_is_asked_where_there_is_one(take, settings, command, status, says):
    settings.ANTIVIRUS_COMMAND = command
    if status is None:
        assert take("notes.txt", b"Bonjour")
    else:
        refused = refusal(take, "notes.txt", b"Bonjour")
        assert refused.status == status
        assert says in str(refused)


def test_an_antivirus_reads_the_file(take, settings):
    settings.ANTIVIRUS_COMMAND = "sh -c '! grep -q EICAR'"
    assert take("notes.txt", b"Bonjour")
    with pytest.raises(Refused, match="antivirus"):
        take("notes.txt", b"EICAR")


# --- room --------------------------------------------------------------------------------------------------


def test_a_cohort_and_its_peer_groups_share_their_room(take, channel, member_of, monkeypatch):
    monkeypatch.setattr(files, "QUOTA", 1000)
    group = ChannelFactory(space=SpaceFactory(parent=channel.space, kind="peer_group"))
    FileFactory(channel=group, size=990)
    FileFactory(size=990)  # another cohort's
    assert take("notes.txt", b"a" * 10)
    with pytest.raises(Refused, match="place") as refused:
        take("notes.txt", b"a")
    assert refused.value.status == 413


def test_a_person_holds_so_many_files_before_she_sends_them(take, channel, author):
    for _ in range(files.MAX_WAITING):
        FileFactory(channel=channel, owner=author)
    with pytest.raises(Refused, match="attendent") as refused:
        take("notes.txt", b"a")
    assert refused.value.status == 429


def test_a_file_without_room_leaves_no_bytes(take, monkeypatch, settings):
    monkeypatch.setattr(files, "QUOTA", 1)
    with pytest.raises(Refused):
        take("plan.png", image())
    assert [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()] == []


# --- who ---------------------------------------------------------------------------------------------------


def test_only_who_writes_there_gives_files_there(channel, member_of):
    with pytest.raises(PermissionDenied):
        take_file(channel=channel, owner=member_of(SpaceFactory()), upload=SimpleUploadedFile("a.txt", b"a"))
    assert take_file(channel=channel, owner=member_of(channel.space), upload=SimpleUploadedFile("a.txt", b"a"))


def test_a_message_takes_its_authors_own_waiting_files_only(channel, author, member_of):
    message = MessageFactory(channel=channel, author=author)
    mine = FileFactory(channel=channel, owner=author)
    with transaction.atomic():
        attach_files(message=message, ids=[mine.pk])
    assert list(message.files.all()) == [mine]
    for other in (
        mine,  # already sent
        FileFactory(channel=channel, owner=member_of(channel.space)),
        FileFactory(channel=ChannelFactory(space=channel.space), owner=author),
    ):
        with pytest.raises(FilesGone), transaction.atomic():
            attach_files(message=message, ids=[other.pk])


def test_a_file_that_is_not_sent_is_its_owners_alone(sign_in, channel, author, member_of):
    file = FileFactory(channel=channel, owner=author)
    other = sign_in(member_of(channel.space))
    assert sign_in(author).get(file.get_absolute_url()).status_code == 200
    assert other.get(file.get_absolute_url()).status_code == 404
    assert other.post(reverse("discussions:discard", args=[file.pk])).status_code == 404
    assert sign_in(author).post(reverse("discussions:discard", args=[file.pk])).status_code == 204
    assert not File.objects.exists()


def test_a_file_that_is_sent_is_not_discarded(channel, author):
    file = FileFactory(channel=channel, owner=author, message=MessageFactory(channel=channel, author=author))
    with pytest.raises(PermissionDenied):
        discard_file(file=file, by=author)
    assert File.objects.exists()


def test_a_file_is_downloaded_and_never_shown_as_a_page(sign_in, take, author):
    file = take("rapport «été».pdf", b"%PDF-1.7\n%%EOF\n")
    response = sign_in(author).get(file.get_absolute_url(), headers={"Accept-Encoding": "gzip"})
    assert response.content == b"%PDF-1.7\n%%EOF\n"
    assert response.headers["Content-Disposition"].startswith("attachment; filename")
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert response.headers["Cache-Control"] == "private, no-store"


def test_only_the_preview_of_an_image_is_shown_in_a_page(sign_in, take, author):
    picture, text = take("plan.png", image()), take("notes.txt", b"a")
    client = sign_in(author)
    shown = client.get(picture.preview_url)
    assert (shown.headers["Content-Type"], shown.headers["Content-Disposition"]) == ("image/webp", "inline")
    assert shown.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert client.get(picture.get_absolute_url()).headers["Content-Disposition"].startswith("attachment")
    assert text.preview_url == ""
    assert client.get(reverse("discussions:preview", args=[text.pk])).status_code == 404


def test_who_is_removed_reads_no_file_from_then_on(sign_in, channel, author, member_of):
    file = FileFactory(channel=channel, owner=author, message=MessageFactory(channel=channel, author=author))
    reader = member_of(channel.space)
    client = sign_in(reader)
    urls = [file.get_absolute_url(), file.preview_url]
    assert [client.get(url).status_code for url in urls] == [200, 200]
    Membership.objects.filter(person=reader).update(left_at=timezone.now())
    assert [client.get(url).status_code for url in urls] == [404, 404]


@pytest.mark.parametrize("gone", ["removed_at", "hidden_at"])
def test_the_files_of_a_message_that_does_not_stand_are_not_read(sign_in, channel, author, gone):
    message = MessageFactory(channel=channel, author=author)
    file = FileFactory(channel=channel, owner=author, message=message)
    setattr(message, gone, timezone.now())
    message.body, message.hidden_reason = "", "Raison"
    message.save()
    assert sign_in(author).get(file.get_absolute_url()).status_code == 404


# --- the page ----------------------------------------------------------------------------------------------


def test_the_page_gives_a_file_and_hears_what_it_became(sign_in, channel, author):
    url = reverse("discussions:upload", args=[channel.pk])
    response = sign_in(author).post(url, {"upload": SimpleUploadedFile("plan.png", image()), "alt": " Le  plan\x00 "})
    file = File.objects.get()
    assert response.status_code == 201
    told = response.json()
    assert (told["file"], told["name"], told["preview"]) == (str(file.pk), "plan.png", file.preview_url)
    assert file.alt == "Le plan"


def test_the_page_says_why_a_file_is_not_taken(sign_in, channel, author):
    client, url = sign_in(author), reverse("discussions:upload", args=[channel.pk])
    refused = client.post(url, {"upload": SimpleUploadedFile("dessin.svg", b"<svg/>")})
    assert refused.status_code == 415
    assert "Sont acceptés\u00a0: images" in refused.json()["error"]
    assert client.post(url).status_code == 422
    heavy = SimpleUploadedFile("notes.txt", b"a" * (files.MAX_BYTES + 1))
    assert client.post(url, {"upload": heavy}).status_code == 413


def send(client, channel, **data):
    """A message as a page without a script sends it."""
    return client.post(reverse("discussions:post", args=[channel.pk]), {"client_id": uuid4()} | data)


def test_without_a_script_files_come_with_the_words(sign_in, channel, author):
    given = [SimpleUploadedFile("plan.png", image()), SimpleUploadedFile("notes.txt", b"a")]
    assert send(sign_in(author), channel, body="Voici", uploads=given).status_code == 302
    message = channel.messages.get()
    assert sorted(file.name for file in message.files.all()) == ["notes.txt", "plan.png"]


def test_without_a_script_a_refused_file_keeps_the_words_and_the_others(sign_in, channel, author):
    client = sign_in(author)
    given = [SimpleUploadedFile("plan.png", image()), SimpleUploadedFile("dessin.svg", b"<svg/>")]
    refused = send(client, channel, body="Voici le plan", uploads=given)
    assert refused.status_code == 422
    assert not channel.messages.exists()
    waiting = File.objects.get()
    page = refused.content.decode()
    assert "Voici le plan" in page
    assert "dessin.svg : Les pages web" in page.replace("\u00a0", " ")
    assert page.count(f'name="files" value="{waiting.pk}"') == 1
    assert send(client, channel, body="Voici le plan", files=[str(waiting.pk)]).status_code == 302
    assert list(channel.messages.get().files.all()) == [waiting]


def test_a_message_shows_its_files_with_their_kind_and_size(sign_in, channel, author):
    given = [SimpleUploadedFile("plan.png", image()), SimpleUploadedFile("notes.txt", b"a" * 3000)]
    client = sign_in(author)
    send(client, channel, body="Voici", uploads=given)
    page = client.get(channel.get_absolute_url()).content.decode().replace("\u00a0", " ")
    picture, text = (File.objects.get(name=name) for name in ("plan.png", "notes.txt"))
    assert f'<img src="{picture.preview_url}" alt="" width="40" height="30"' in page
    assert f'href="{text.get_absolute_url()}" download' in page
    assert "texte, 3 Ko" in page


def test_a_channel_costs_as_many_queries_with_files_as_without(sign_in, channel, author, assert_same_queries):
    client = sign_in(author)
    assert_same_queries(
        client,
        channel.get_absolute_url(),
        lambda: send(client, channel, body="Voici", uploads=[SimpleUploadedFile("notes.txt", b"a")]),
    )


# --- what goes ---------------------------------------------------------------------------------------------


def test_the_bytes_go_with_the_message_once_that_is_certain(channel, author, django_capture_on_commit_callbacks):
    file = FileFactory(channel=channel, owner=author, message=MessageFactory(channel=channel, author=author))
    stored = [file.content, file.preview]
    with django_capture_on_commit_callbacks(execute=True):
        forget_files(message=file.message)
        assert all(each.storage.exists(each.name) for each in stored)
    assert not any(each.storage.exists(each.name) for each in stored)
    assert not File.objects.exists()


def test_what_was_never_sent_is_forgotten_after_a_day(channel, author, django_capture_on_commit_callbacks):
    day = timezone.now() - timedelta(days=1, minutes=1)
    old = FileFactory(channel=channel, owner=author, created_at=day)
    sent = FileFactory(
        channel=channel, owner=author, created_at=day, message=MessageFactory(channel=channel, author=author)
    )
    fresh = FileFactory(channel=channel, owner=author)
    with django_capture_on_commit_callbacks(execute=True):
        call_command("prune_unsent_files", verbosity=0)
    assert set(File.objects.all()) == {sent, fresh}
    assert not old.content.storage.exists(old.content.name)
    assert sent.content.storage.exists(sent.content.name)
