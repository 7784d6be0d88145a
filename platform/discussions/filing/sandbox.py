"""Look at one file that someone gave: `python -I sandbox.py FOLDER EXTENSION` reads FOLDER/given and says in JSON what
it is, or why it is refused. An image is redrawn in FOLDER/content, and smaller in FOLDER/preview.

It runs alone, without our settings, under limits of memory, time and disk: what is read here may be an attack.
"""

import io
import json
import os
import re
import resource
import stat
import sys
import warnings
import zipfile
import zlib
from pathlib import Path

MEMORY = 512 * 1024 * 1024
SECONDS = 10
WRITTEN = 32 * 1024 * 1024  # bytes of one file
MAX_PIXELS = 25_000_000
PREVIEW_SIDE = 1280  # pixels
MAX_ENTRIES = 5_000
MAX_UNPACKED = 100 * 1024 * 1024
MAX_RATIO = 100  # asked of what is larger than ten megabytes once unpacked
CHUNK = 64 * 1024

IMAGES = {"JPEG": ("jpg", "image/jpeg"), "PNG": ("png", "image/png"), "WEBP": ("webp", "image/webp")}
IMAGES["GIF"] = ("gif", "image/gif")
IMAGE_EXTENSIONS = {"jpg", "jpeg", "jpe", "jfif", "png", "webp", "gif"}
TEXTS = {"txt": "text/plain", "csv": "text/csv", "md": "text/markdown", "markdown": "text/markdown"}
OPEN_DOCUMENTS = {
    "odt": "application/vnd.oasis.opendocument.text",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "odp": "application/vnd.oasis.opendocument.presentation",
}
_OOXML = "application/vnd.openxmlformats-officedocument."
OFFICE_DOCUMENTS = {
    "docx": (f"{_OOXML}wordprocessingml.document", "word/document.xml"),
    "xlsx": (f"{_OOXML}spreadsheetml.sheet", "xl/workbook.xml"),
    "pptx": (f"{_OOXML}presentationml.presentation", "ppt/presentation.xml"),
}
MARKUP = re.compile(rb"\s*<(?:!doctype|html|svg|script|head|body|iframe|\?xml|\?php)", re.I)
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f]")
# Macros and controls that run by themselves, in the two families of documents.
RUNS = re.compile(r"vbaproject|vbadata|macrosheets/|activex|^basic/|^scripts/|dialogsheets/", re.I)
XML = (".xml", ".rels", ".rdf")


class Refused(Exception):
    """The code of the sentence that the person reads."""


def look(folder: Path, extension: str) -> dict[str, object]:
    """What the file is. Raises Refused."""
    given = folder / "given"
    with given.open("rb") as file:
        head = file.read(512)
    if not head:
        raise Refused("empty")
    if extension in IMAGE_EXTENSIONS:
        return _image(folder, head)
    if extension == "pdf":
        return _pdf(given, head)
    if extension in TEXTS:
        return _text(given, head, extension)
    if extension in OPEN_DOCUMENTS or extension in OFFICE_DOCUMENTS:
        return _document(given, extension)
    raise Refused("markup" if MARKUP.match(head.removeprefix(b"\xef\xbb\xbf")) else "unknown")


# --- images ------------------------------------------------------------------------------------------------


def _image(folder: Path, head: bytes) -> dict[str, object]:
    from PIL import Image, ImageOps

    if MARKUP.match(head.removeprefix(b"\xef\xbb\xbf")):
        raise Refused("markup")
    warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # the size is checked just below
    try:
        image = Image.open(folder / "given", formats=tuple(IMAGES))
    except Image.DecompressionBombError:
        raise Refused("too_large") from None
    except (OSError, SyntaxError, ValueError):
        raise Refused("broken" if _begins_as_image(head) else "other") from None
    if image.width * image.height > MAX_PIXELS:
        raise Refused("too_large")
    form = "JPEG" if image.format == "MPO" else image.format or ""
    extension, media_type = IMAGES[form]
    try:
        frames = getattr(image, "n_frames", 1) if form != "JPEG" else 1
        if frames > 1 and frames * image.width * image.height <= MAX_PIXELS:
            first = _redraw_moving(image, folder / "content", form)
        else:
            image.load()
            ImageOps.exif_transpose(image, in_place=True)
            first = _redraw(image, folder / "content", form)
    except (OSError, SyntaxError, ValueError, EOFError, zlib.error, Image.DecompressionBombError):
        # WebP holds five copies of an image while it reads: its largest do not fit, and it does not say so.
        heavy = form == "WEBP" and image.width * image.height > MAX_PIXELS // 2
        raise Refused("too_much" if heavy else "broken") from None
    if first.mode not in {"RGB", "RGBA", "L"}:
        first = first.convert("RGBA" if first.has_transparency_data else "RGB")
    first.thumbnail((PREVIEW_SIDE, PREVIEW_SIDE))
    first.save(folder / "preview", "WEBP", quality=80, method=2)
    return {"media_type": media_type, "extension": extension, "width": first.width, "height": first.height}


def _begins_as_image(head: bytes) -> bool:
    return head.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n", b"GIF8")) or (
        head[:4] == b"RIFF" and head[8:12] == b"WEBP"
    )


def _redraw(image, path: Path, form: str):  # type: ignore[no-untyped-def]
    """Save the points alone: place and time of the shot, device, comments and what hides after the end stay behind."""
    _in_common_colours(image)
    if form == "JPEG" and image.mode not in {"RGB", "L"}:
        image = image.convert("RGB")
    image.info = {name: image.info[name] for name in ("transparency", "background") if name in image.info}
    options = {"JPEG": {"quality": 88}, "WEBP": {"quality": 86, "method": 2}, "PNG": {"compress_level": 5}}
    image.save(path, form, **options.get(form, {}))
    return image


def _redraw_moving(image, path: Path, form: str):  # type: ignore[no-untyped-def]
    from PIL import ImageSequence

    frames, durations = [], []
    for frame in ImageSequence.Iterator(image):
        frames.append(frame.convert("RGBA"))
        durations.append(int(frame.info.get("duration", 100)) or 100)
    loop = int(image.info.get("loop", 0))
    for frame in frames:
        frame.info = {}
    frames[0].save(path, form, save_all=True, append_images=frames[1:], duration=durations, loop=loop)
    return frames[0]


def _in_common_colours(image) -> None:  # type: ignore[no-untyped-def]
    """Move the colours of a telephone or a camera to those every screen knows, since its profile is dropped."""
    from PIL import ImageCms

    profile = image.info.get("icc_profile")
    if not profile or image.mode not in {"RGB", "RGBA"}:
        return
    try:
        own = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        ImageCms.profileToProfile(image, own, ImageCms.createProfile("sRGB"), inPlace=True)
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return  # a profile that cannot be read changes nothing


# --- texts and PDF -----------------------------------------------------------------------------------------


def _pdf(given: Path, head: bytes) -> dict[str, object]:
    if not head.startswith(b"%PDF-"):
        raise Refused("markup" if MARKUP.match(head) else "other")
    with given.open("rb") as file:
        file.seek(max(0, given.stat().st_size - 2048))
        if b"%%EOF" not in file.read():
            raise Refused("broken")
    return {"media_type": "application/pdf", "extension": "pdf"}


def _text(given: Path, head: bytes, extension: str) -> dict[str, object]:
    if MARKUP.match(head.removeprefix(b"\xef\xbb\xbf")):
        raise Refused("markup")
    content = given.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = content.decode("cp1252")  # what French spreadsheets still write
        except UnicodeDecodeError:
            raise Refused("other") from None
    if CONTROLS.search(text):
        raise Refused("other")
    return {"media_type": TEXTS[extension], "extension": "md" if extension == "markdown" else extension}


# --- documents ---------------------------------------------------------------------------------------------


def _document(given: Path, extension: str) -> dict[str, object]:
    size = given.stat().st_size
    with given.open("rb") as file:
        if file.read(4) != b"PK\x03\x04":
            raise Refused("other")
    try:
        with zipfile.ZipFile(given) as archive:
            entries = archive.infolist()
            _check_entries(entries, size)
            if archive.comment or min(entry.header_offset for entry in entries):
                raise Refused("unsafe")
            names = {entry.filename for entry in entries}
            if extension in OPEN_DOCUMENTS:
                media_type = OPEN_DOCUMENTS[extension]
                _check_open_document(archive, entries[0], media_type)
            else:
                media_type, main = OFFICE_DOCUMENTS[extension]
                if not {"[Content_Types].xml", main} <= names:
                    raise Refused("other")
            _check_contents(archive, entries, office=extension in OFFICE_DOCUMENTS)
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, NotImplementedError, RuntimeError):
        raise Refused("broken") from None
    return {"media_type": media_type, "extension": extension}


def _check_entries(entries: list[zipfile.ZipInfo], size: int) -> None:
    """What the archive says of itself: how much there is in it, under which names."""
    if not entries:
        raise Refused("other")
    names = [entry.filename for entry in entries]
    if len(entries) > MAX_ENTRIES or _too_much(sum(entry.file_size for entry in entries), size):
        raise Refused("bomb")
    for entry in entries:
        parts = entry.filename.replace("\\", "/").split("/")
        link = stat.S_ISLNK(entry.external_attr >> 16)
        if ".." in parts or not parts[0] or ":" in parts[0] or link or entry.flag_bits & 0x1:
            raise Refused("unsafe")
        if RUNS.search(entry.filename):
            raise Refused("macros")
    if len({name.lower() for name in names}) != len(names):
        raise Refused("unsafe")


def _too_much(unpacked: int, size: int) -> bool:
    return unpacked > MAX_UNPACKED or (unpacked > MAX_UNPACKED // 10 and unpacked > MAX_RATIO * size)


def _check_open_document(archive: zipfile.ZipFile, first: zipfile.ZipInfo, media_type: str) -> None:
    if first.filename != "mimetype" or first.file_size > 100 or archive.read(first).decode("ascii") != media_type:
        raise Refused("other")


def _check_contents(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo], *, office: bool) -> None:
    """What is really in the archive: each entry unpacked once, piece by piece, whatever it announced."""
    unpacked = 0
    for entry in entries:
        read_as_xml = entry.filename.lower().endswith(XML)
        before = b""
        with archive.open(entry) as file:
            while piece := file.read(CHUNK):
                unpacked += len(piece)
                if unpacked > MAX_UNPACKED:
                    raise Refused("bomb")
                if read_as_xml:
                    _check_xml(before + piece, office=office)
                    before = piece[-128:]


def _check_xml(piece: bytes, *, office: bool) -> None:
    """No entity of one's own, which could read files or grow without end; no macro; no model fetched from elsewhere."""
    piece = piece.replace(b"\x00", b"")  # UTF-16 says the same words
    if b"<!ENTITY" in piece or (office and b"<!DOCTYPE" in piece):
        raise Refused("unsafe")
    if not office:
        return
    lower = piece.lower()
    if b"macroenabled" in lower:
        raise Refused("macros")
    if b"/attachedtemplate" in lower and b'targetmode="external"' in lower:
        raise Refused("unsafe")


def main() -> None:
    os.nice(5)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (WRITTEN, WRITTEN))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        found = look(Path(sys.argv[1]), sys.argv[2])
    except Refused as refusal:
        found = {"refused": str(refusal)}
    except MemoryError:
        found = {"refused": "too_much"}
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
