"""The name a file is shown and downloaded under."""

import re
import unicodedata
from typing import Final

from django.utils.translation import gettext as _

MAX_LENGTH: Final = 120  # characters, of which a system may make three bytes each
# Names that Windows gives to devices, whatever follows their first dot.
_DEVICES: Final = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)\Z", re.I)
_FORBIDDEN: Final = re.compile(r'[<>:"|?*]+')
# A dot before a letter would make a second extension: `facture.php.png`. One before a number or a space is kept.
_SECOND_EXTENSION: Final = re.compile(r"\.(?=[^\W\d_])")


def clean_name(given: str, extension: str) -> str:
    """`given` without folders, invisible characters and second extensions, ending with `extension`."""
    last = unicodedata.normalize("NFC", given[:1000]).replace("\\", "/").rpartition("/")[2]
    # Categories C: controls, marks that change the direction of what follows, characters of no width, private ones.
    visible = "".join(char for char in " ".join(last.split()) if unicodedata.category(char)[0] != "C")
    stem = visible.rpartition(".")[0] or visible
    stem = " ".join(_FORBIDDEN.sub("_", stem).split()).strip(". ")
    stem = _SECOND_EXTENSION.sub("_", stem)[: MAX_LENGTH - len(extension) - 1].rstrip(". ")
    if _DEVICES.match(stem.partition(".")[0].strip()):
        stem = f"_{stem}"
    return f"{stem or _('fichier')}.{extension}"
