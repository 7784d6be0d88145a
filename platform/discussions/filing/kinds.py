"""The kinds of file that are taken, and what people call them."""

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

#: Said wherever a file may be given, and wherever one is refused.
ACCEPTED: Final = _(
    "images (JPEG, PNG, WebP, GIF), PDF, textes (TXT, Markdown, CSV), documents ODT, ODS, ODP, Word, Excel et "
    "PowerPoint sans macros ; 10 Mo au plus par fichier"
)

_LABELS: Final[dict[str, Promise]] = {
    "image/jpeg": _("image JPEG"),
    "image/png": _("image PNG"),
    "image/webp": _("image WebP"),
    "image/gif": _("image GIF"),
    "application/pdf": _("PDF"),
    "text/plain": _("texte"),
    "text/markdown": _("texte Markdown"),
    "text/csv": _("tableau CSV"),
    "application/vnd.oasis.opendocument.text": _("document ODT"),
    "application/vnd.oasis.opendocument.spreadsheet": _("tableur ODS"),
    "application/vnd.oasis.opendocument.presentation": _("présentation ODP"),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": _("document Word"),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": _("tableur Excel"),
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": _("présentation PowerPoint"),
}


def label(media_type: str) -> str:
    """What people call that kind of file."""
    return str(_LABELS.get(media_type, _("fichier")))
