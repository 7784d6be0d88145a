"""Looking at a file in a process of its own, which may take 512 MiB and ten seconds and no more."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from django.core.files.uploadedfile import UploadedFile

from discussions.filing.antivirus import ask
from discussions.filing.refusals import MAX_BYTES, because, too_heavy

SECONDS: Final = 10
_SANDBOX: Final = Path(__file__).with_name("sandbox.py")
# At most so many at once in one process of the server: its memory is bounded by theirs.
_turns = threading.BoundedSemaphore(2)


@dataclass(frozen=True)
class Examined:
    """A file that may be kept: where its bytes are now, and what they are."""

    content: Path
    media_type: str
    extension: str
    preview: Path | None
    width: int | None  # pixels of the preview
    height: int | None


@contextmanager
def examined(upload: UploadedFile) -> Iterator[Examined]:
    """The file as it may be kept, for as long as the block lasts. Raises Refused."""
    with TemporaryDirectory(prefix="entrepairs-file-") as folder:
        work = Path(folder)
        _write(upload, work / "given")
        ask(work / "given")
        found = _look(work, extension=(upload.name or "").rpartition(".")[2].lower())
        if "refused" in found:
            raise because(found["refused"])
        preview = work / "preview"
        yield Examined(
            content=work / "content" if (work / "content").exists() else work / "given",
            media_type=found["media_type"],
            extension=found["extension"],
            preview=preview if preview.exists() else None,
            width=found.get("width"),
            height=found.get("height"),
        )


def _write(upload: UploadedFile, path: Path) -> None:
    written = 0
    with path.open("wb") as given:
        for chunk in upload.chunks():
            written += len(chunk)
            if written > MAX_BYTES:
                raise too_heavy()
            given.write(chunk)


def _look(work: Path, *, extension: str) -> dict[str, object]:
    if not _turns.acquire(timeout=3 * SECONDS):
        raise because("unavailable")
    try:
        done = subprocess.run(  # noqa: S603  # our own script; the extension is data to it
            [sys.executable, "-I", str(_SANDBOX), str(work), extension[:20]],
            capture_output=True,
            stdin=subprocess.DEVNULL,
            env={},
            timeout=SECONDS,
            check=False,
        )
        return json.loads(done.stdout)
    except (subprocess.TimeoutExpired, ValueError):  # killed by the system, or out of memory: it said nothing
        return {"refused": "too_much"}
    finally:
        _turns.release()
