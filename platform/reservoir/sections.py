"""The sections of a note, degree by degree: domain.md 5.2 as data."""

from dataclasses import dataclass, field
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

REQUIRED: Final = "required"
OPTIONAL: Final = "optional"
HIDDEN: Final = "hidden"


@dataclass(frozen=True)
class Section:
    """One section of a note. `words` is the most it may hold; `points` the most items, where the text says so."""

    id: str
    title: Promise
    help: Promise
    need: dict[str, str] = field(default_factory=dict)
    words: int = 0
    points: int = 0

    def needed(self, degree: str) -> str:
        return self.need.get(degree, HIDDEN)

    def required(self, degree: str) -> bool:
        return self.needed(degree) == REQUIRED


def _needs(tell: str, find_peers: str, measure: str) -> dict[str, str]:
    signs = {"●": REQUIRED, "○": OPTIONAL, "–": HIDDEN}
    return {"tell": signs[tell], "find_peers": signs[find_peers], "measure": signs[measure]}


TITLE_MAX: Final = 90

#: In the order of reading. `title`, `key_facts` and `contact` are fields of the note, `documents` is for attachments.
SECTIONS: Final = (
    Section(
        "summary_plain",
        _("L’essentiel"),
        _("En cinq phrases courtes, sans sigle : qui, où, quel besoin, ce qui a été fait, ce qu’on en retient."),
        _needs("●", "●", "●"),
        words=120,
    ),
    Section(
        "starting_point",
        _("D’où nous partions"),
        _("Le besoin, le contexte, ce qui bloquait. Que voyait chaque acteur ?"),
        _needs("●", "●", "●"),
        words=250,
    ),
    Section(
        "story",
        _("Le chemin parcouru"),
        _("3 à 7 étapes : date, ce qui s’est passé, qui a décidé, ce qui a changé. Gardez une anecdote."),
        _needs("●", "●", "○"),
        words=560,
    ),
    Section(
        "turning_points",
        _("Les moments difficiles"),
        _("Une hésitation, une erreur, un conflit : qu’en avez-vous fait ?"),
        _needs("●", "○", "○"),
        words=200,
    ),
    Section(
        "actors",
        _("Qui a fait quoi"),
        _("Chaque acteur : son apport, ce qu’il y a gagné, ce que cela lui a coûté."),
        _needs("○", "●", "●"),
        words=300,
    ),
    Section(
        "financing",
        _("Comment c’est financé"),
        _(
            "Montants ou ordres de grandeur, sources, temps de travail non payé, ce qui a été difficile à financer, "
            "ce que vous avez inventé."
        ),
        _needs("○", "●", "●"),
        words=250,
    ),
    Section(
        "what_we_learned",
        _("Ce que nous avons appris"),
        _("3 enseignements au plus. Pour chacun : « nous pensons que… parce que… »."),
        _needs("●", "●", "●"),
        words=240,
    ),
    Section(
        "would_do_differently",
        _("Ce que nous ferions autrement"),
        _("Si c’était à refaire demain."),
        _needs("●", "○", "○"),
        words=120,
    ),
    Section(
        "peers",
        _("Qui chemine comme nous"),
        _(
            "Des territoires ou organisations au même degré d’avancement. En quoi c’est comparable, "
            "en quoi ça ne l’est pas."
        ),
        _needs("–", "●", "○"),
        words=250,
    ),
    Section(
        "progress_grid",
        _("Où nous en sommes"),
        _("Qu’est-ce qui est prouvé ? Qu’est-ce qui reste une intuition ?"),
        _needs("○", "●", "●"),
        words=200,
    ),
    Section(
        "works_because",
        _("Ce qui dépend du contexte"),
        _("Ce qui a marché grâce à une personne, un lieu, un moment particulier."),
        _needs("○", "●", "●"),
        words=150,
    ),
    Section(
        "intent",
        _("L’intuition de départ et les objectifs"),
        _("Ce que vous vouliez changer, pour qui."),
        _needs("–", "○", "●"),
        words=120,
    ),
    Section(
        "indicators",
        _("Ce que nous mesurons"),
        _("Nom, définition, source, valeur de départ, valeur, date, méthode, limites."),
        _needs("–", "–", "●"),
        words=600,
        points=6,
    ),
    Section(
        "effects",
        _("Effets voulus, induits, non désirés"),
        _("Attendus, surprises, effets que vous ne souhaitiez pas."),
        _needs("–", "○", "●"),
        words=200,
    ),
    Section(
        "gap",
        _("L’écart avec l’intuition"),
        _("Ce qui a évolué dans la solution, le processus, l’écosystème."),
        _needs("–", "–", "●"),
        words=150,
    ),
    Section(
        "prerequisites",
        _("Avant de vous lancer"),
        _("Ce qu’il faut avoir ou savoir. Ce qui empêcherait. Cinq points au plus."),
        _needs("○", "●", "●"),
        words=150,
        points=5,
    ),
    Section(
        "first_step",
        _("Le premier pas"),
        _("Une action faisable en une semaine par quelqu’un qui découvre."),
        _needs("●", "●", "●"),
        words=60,
    ),
    Section(
        "open_questions",
        _("Nos questions ouvertes"),
        _("Ce que nous cherchons encore : qui peut aider ? Trois questions au plus."),
        _needs("○", "●", "○"),
        words=120,
        points=3,
    ),
)
BY_ID: Final = {section.id: section for section in SECTIONS}

#: What « Premiers pas » shows: one text, two views (domain.md 5.2, Level).
FIRST_STEPS: Final = ("summary_plain", "starting_point", "first_step", "prerequisites")

#: Where the writing begins: an anecdote comes more easily than a form (domain.md 5.1).
OPENING: Final = "story"


def of_degree(degree: str) -> list[Section]:
    """The sections that a note of this degree may hold, in the order of reading."""
    return [section for section in SECTIONS if section.needed(degree) != HIDDEN]


def in_writing_order(degree: str) -> list[Section]:
    """The same, beginning with « Racontez »."""
    shown = of_degree(degree)
    return sorted(shown, key=lambda section: section.id != OPENING)
