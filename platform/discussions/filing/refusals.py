"""Why a file is not taken, in a sentence for who gives it."""

from typing import Final

from django.utils.translation import gettext as _

from discussions.filing.kinds import ACCEPTED

MAX_BYTES: Final = 10 * 1024 * 1024


class Refused(Exception):
    """The file is not taken. The exception's words are for the person; `status` is the answer's."""

    def __init__(self, sentence: str, *, status: int = 422) -> None:
        super().__init__(sentence)
        self.status = status


def too_heavy() -> Refused:
    return Refused(_("Ce fichier dépasse 10 Mo : il n’est pas joint. Allégez-le ou partagez-en un lien."), status=413)


def because(code: str) -> Refused:
    """The refusal for a code of the sandbox."""
    match code:
        case "empty":
            return Refused(_("Ce fichier est vide : il n’est pas joint."))
        case "unknown":
            return Refused(
                _("Ce genre de fichier n’est pas accepté. Sont acceptés : %(kinds)s.") % {"kinds": ACCEPTED}, status=415
            )
        case "other":
            return Refused(
                _("Ce fichier n’est pas ce que son nom annonce. Sont acceptés : %(kinds)s.") % {"kinds": ACCEPTED},
                status=415,
            )
        case "markup":
            return Refused(
                _("Les pages web et les dessins SVG ne sont pas acceptés. Sont acceptés : %(kinds)s.")
                % {"kinds": ACCEPTED},
                status=415,
            )
        case "broken":
            return Refused(
                _("Ce fichier est abîmé ou incomplet : il n’a pas pu être lu. Essayez de l’enregistrer à nouveau.")
            )
        case "too_large":
            return Refused(_("Cette image a plus de 25 millions de points. Réduisez-la avant de la joindre."))
        case "macros":
            return Refused(_("Ce document contient des macros : il n’est pas joint. Enregistrez-le sans macros."))
        case "bomb":
            return Refused(_("Ce document, une fois décompressé, est bien trop gros : il n’est pas joint."))
        case "unsafe":
            return Refused(
                _("Ce document est chiffré, ou contient ce qui ne peut pas être vérifié : il n’est pas joint.")
            )
        case "infected":
            return Refused(_("L’antivirus refuse ce fichier : il n’est pas joint."))
        case "unavailable":
            return Refused(
                _("Le fichier n’a pas pu être vérifié : il n’est pas joint. Réessayez plus tard."), status=503
            )
        case _:
            return Refused(
                _("Ce fichier demande trop de mémoire ou de temps pour être vérifié. Allégez-le avant de le joindre.")
            )
