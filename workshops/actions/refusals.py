"""Why something could not be done, in words for the person who tried."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Refusal(Exception):
    """Something is not possible now. `sentence` says it to the person; `status` is the answer's code."""

    status = 409
    sentence: str | Promise = _("Ce n’est pas possible maintenant.")

    def __init__(self, sentence: str | Promise | None = None) -> None:
        super().__init__()
        if sentence is not None:
            self.sentence = sentence

    def __str__(self) -> str:
        return str(self.sentence)


class AlreadyMoved(Refusal):
    sentence = _("La séance a déjà avancé. Voici où elle en est.")


class HandElsewhere(Refusal):
    sentence = _("Une autre personne tient la main. Prenez la main avant de conduire la séance.")


class NotNow(Refusal):
    pass


class NotReady(Refusal):
    """A guard of the method is not met: nothing has moved."""

    status = 422


class ReusedClientId(Refusal):
    sentence = _("Ce texte a déjà été envoyé sous une autre forme. Actualisez la page avant de recommencer.")
