"""Portraits: what people send is read as an image, redrawn at one size, and only the drawing is kept."""

import warnings
from io import BytesIO
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import UploadedFile
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps

SIDE = 256  # pixels
MAX_BYTES = 5 * 1024 * 1024
MAX_PIXELS = 25_000_000
FORMATS = ("JPEG", "PNG", "WEBP")


class PortraitStorage(FileSystemStorage):
    """Private files: their address is a view that asks who is looking, never a public folder."""

    def url(self, name: str | None) -> str:
        return reverse("accounts:picture", kwargs={"name": (name or "").rpartition("/")[2]})


def portraits() -> PortraitStorage:
    return PortraitStorage()


def portrait_path(person: object, filename: str) -> str:
    """A random name: the one the file came with may tell something, or be an attack."""
    return f"portraits/{uuid4().hex}.webp"


def redraw(upload: UploadedFile) -> ContentFile[bytes]:
    """A square WebP of 256 pixels without any metadata (place and time of the shot, device…).

    Raises ValidationError with a sentence for the person when the bytes are not an image we read, or are too many.
    """
    if (upload.size or 0) > MAX_BYTES:
        raise ValidationError(_("Cette image dépasse 5 Mo. Choisissez-en une plus légère."), code="too_heavy")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # the size is checked just below
            image = Image.open(upload, formats=FORMATS)  # from the bytes: neither name nor announced type counts
        if image.width * image.height > MAX_PIXELS:
            raise ValidationError(_("Cette image a plus de 25 millions de points. Réduisez-la."), code="too_large")
        drawing = ImageOps.fit(ImageOps.exif_transpose(image).convert("RGB"), (SIDE, SIDE))
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise ValidationError(
            _("Ce fichier n’est pas une image que nous savons lire : envoyez un JPEG, un PNG ou un WebP."),
            code="not_an_image",
        ) from error
    out = BytesIO()
    drawing.save(out, "WEBP", quality=82)
    return ContentFile(out.getvalue(), name="portrait.webp")
