"""Co-development and its variants as data: what each step is for, who speaks, how long, and what a screen says.

Times, bounds and prompts come from domain.md 2.3, 2.4 and 2.8. Timers inform and a human advances: nothing here
moves anybody.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

Words = str | Promise


class SeatRole(models.TextChoices):
    """What a person is in one session."""

    CLIENT = "client", _("client·e")
    CONSULTANT = "consultant", _("consultant·e")
    FACILITATOR = "facilitator", _("animateur·rice")
    OBSERVER = "observer", _("observateur·rice")


class StepId(models.TextChoices):
    CHECK_IN = "check_in", _("Accueil")
    FOLLOW_UP = "follow_up", _("Retour d’expérience")
    TOPIC_CHOICE = "topic_choice", _("Choix du sujet")
    EXPOSE = "expose", _("Exposé")
    CLARIFICATION = "clarification", _("Clarification")
    CONTRACT = "contract", _("Contrat")
    BREAK = "break", _("Pause")
    CONSULTATION = "consultation", _("Consultation")
    SYNTHESIS = "synthesis", _("Synthèse et plan d’action")
    LEARNING = "learning", _("Apprentissages")
    CLOSING = "closing", _("Clôture")


class Variant(models.TextChoices):
    STANDARD = "standard", _("séance complète")
    EXPRESS_60 = "express_60", _("séance d’une heure")


def round_half_up(value: float) -> int:
    return math.floor(value + 0.5)


@dataclass(frozen=True)
class Step:
    """One step of the method. `minutes(n)` is its default length for `n` members, the facilitator not counted."""

    id: StepId
    number: int | None  # 1 to 6 for the six steps of the method, none for what surrounds them
    speaks: Words
    purpose: Words
    rule: Words
    minutes: Callable[[int], float]
    bounds: tuple[int, int]
    prompts: Mapping[SeatRole, Words] = field(default_factory=dict)
    skippable: bool = False
    back_to: StepId | None = None

    @property
    def label(self) -> Words:
        return self.id.label

    @property
    def most_minutes(self) -> float:
        """How long the step may become by extensions."""
        return self.bounds[1] * 1.5


CLIENT, CONSULTANT, FACILITATOR, OBSERVER = (
    SeatRole.CLIENT,
    SeatRole.CONSULTANT,
    SeatRole.FACILITATOR,
    SeatRole.OBSERVER,
)
_ARRIVE = _("En une phrase : comment j’arrive, et de quoi j’ai besoin pour être présent·e ?")

_STEPS = [
    Step(
        StepId.CHECK_IN,
        None,
        speaks=_("Chacun à son tour"),
        purpose=_("Arriver, rappeler le cadre"),
        rule=_("On ne commente pas le tour des autres."),
        minutes=lambda n: max(5, 1.5 * n),
        bounds=(3, 15),
        prompts={
            CLIENT: _ARRIVE,
            CONSULTANT: _ARRIVE,
            FACILITATOR: _(
                "Rappelez le cadre : ce qui se dit ici reste ici. Vérifiez le son, les rôles, l’heure de fin."
            ),
            OBSERVER: _ARRIVE,
        },
    ),
    Step(
        StepId.FOLLOW_UP,
        None,
        speaks=_("La personne qui était cliente la dernière fois, puis une question chacun au plus"),
        purpose=_("Entendre ce qui a été essayé"),
        rule=_("On écoute, sans nouveau conseil."),
        minutes=lambda n: 5,
        bounds=(0, 10),
        prompts={
            CLIENT: _("Qu’avez-vous essayé ? Que s’est-il passé ? Qu’en retirez-vous ?"),
            CONSULTANT: _("Écoutez. Une question si besoin. Pas de nouveau conseil."),
            FACILITATOR: _("Remerciez. Un abandon raconté est aussi un apprentissage."),
            OBSERVER: _("Écoutez."),
        },
        skippable=True,
    ),
    Step(
        StepId.TOPIC_CHOICE,
        None,
        speaks=_("Chaque personne qui propose un sujet, une minute, puis le vote"),
        purpose=_("Choisir le sujet"),
        rule=_("Le vote éclaire, il ne décide pas."),
        minutes=lambda n: 2 * n,
        bounds=(0, 20),
        prompts={
            CLIENT: _("En une minute : mon sujet, ma question."),
            CONSULTANT: _("Répartissez 3 points, 2 au plus sur un même sujet."),
            FACILITATOR: _("Le vote éclaire, il ne décide pas. Annoncez le choix et sa raison."),
        },
        skippable=True,
    ),
    Step(
        StepId.EXPOSE,
        1,
        speaks=_("La personne cliente, et personne d’autre"),
        purpose=_("Raconter la situation et la question"),
        rule=_("On n’interrompt pas."),
        minutes=lambda n: 8,
        bounds=(5, 12),
        prompts={
            CLIENT: _(
                "Racontez : le contexte, les personnes concernées, ce que vous avez déjà tenté. "
                "Terminez par votre question."
            ),
            CONSULTANT: _("Écoutez sans interrompre. Notez pour vous ce qui vous manque pour comprendre."),
            FACILITATOR: _("Protégez l’écoute. Prévenez deux minutes avant la fin."),
            OBSERVER: _("Notez comment le groupe travaille, pas le fond."),
        },
    ),
    Step(
        StepId.CLARIFICATION,
        2,
        speaks=_("Les consultants questionnent, la personne cliente répond"),
        purpose=_("Comprendre les faits, le contexte, les enjeux, les essais"),
        rule=_("Pas de conseil, même déguisé (« as-tu pensé à… »)."),
        minutes=lambda n: 8 + 2 * (n - 1),
        bounds=(10, 30),
        prompts={
            CLIENT: _(
                "Répondez court, avec des faits. Vous pouvez dire « je ne sais pas » ou « je préfère ne pas répondre »."
            ),
            CONSULTANT: _("Posez des questions courtes pour comprendre. Pas de conseil, même déguisé."),
            FACILITATOR: _("Chacun pose au moins une question. Variez : faits, acteurs, essais, enjeux, ressenti."),
            OBSERVER: _("Repérez une question qui a fait bouger."),
        },
        back_to=StepId.EXPOSE,
    ),
    Step(
        StepId.CONTRACT,
        3,
        speaks=_("La personne cliente, puis chaque consultant dit oui, ou ce qui manque"),
        purpose=_("Fixer la demande"),
        rule=_("Une seule phrase, et les formes d’aide choisies."),
        minutes=lambda n: 5,
        bounds=(3, 8),
        prompts={
            CLIENT: _(
                "Formulez votre demande : « J’aimerais que vous m’aidiez à… ». "
                "Précisez : idées, expériences vécues, regards critiques, prochaines étapes."
            ),
            CONSULTANT: _("Ai-je compris ? Puis-je aider sur cette demande ? Dites oui, ou ce qui manque."),
            FACILITATOR: _("Faites écrire la demande en une phrase. Demandez l’accord de chacun."),
        },
        back_to=StepId.CLARIFICATION,
    ),
    Step(
        StepId.BREAK,
        None,
        speaks=pgettext_lazy("who speaks", "Personne"),
        purpose=_("Respirer, réfléchir seul·e"),
        rule=_("On coupe la caméra et le micro, on se lève."),
        minutes=lambda n: 5,
        bounds=(0, 10),
        prompts={
            CLIENT: _("Pause. De quoi avez-vous besoin pour bien écouter ?"),
            CONSULTANT: _("Pause. Notez une expérience vécue qui répond à la demande."),
            FACILITATOR: _("Reprise à …"),
        },
        skippable=True,
    ),
    Step(
        StepId.CONSULTATION,
        4,
        speaks=_("Les consultants ; la personne cliente se tait et prend des notes"),
        purpose=_("Donner des expériences, des idées, d’autres lectures, des ressources"),
        rule=_("On ne cherche pas à être d’accord. La personne cliente ne répond pas, ne se justifie pas."),
        minutes=lambda n: 6 + 4 * (n - 1),
        bounds=(12, 40),
        prompts={
            CLIENT: _(
                "Écoutez et notez. Ne répondez pas, ne vous justifiez pas. "
                "Levez la main si l’on s’éloigne de votre demande ou si vous êtes mal à l’aise."
            ),
            CONSULTANT: _(
                "Une expérience, une idée, une autre lecture, une ressource. "
                "Parlez en « je ». Inutile d’être d’accord entre vous."
            ),
            FACILITATOR: _("Un tour complet, puis parole libre. Ramenez à la demande."),
            OBSERVER: _("Notez les moments d’écoute et de débat entre consultants."),
        },
        back_to=StepId.CONTRACT,
    ),
    Step(
        StepId.SYNTHESIS,
        5,
        speaks=_("Quatre minutes de silence, puis la personne cliente, puis le groupe comme témoin"),
        purpose=_("Trier et décider de petites actions"),
        rule=_("Le groupe ne discute pas les choix. Des actions concrètes, faciles, avant la prochaine séance."),
        minutes=lambda n: 12,
        bounds=(8, 18),
        prompts={
            CLIENT: _(
                "Quatre minutes en silence : que retenez-vous ? "
                "Puis une à trois petites actions, faisables avant la prochaine séance."
            ),
            CONSULTANT: _(
                "En silence : que puis-je essayer chez moi ? Ensuite, soyez témoins : on ne discute pas les choix."
            ),
            FACILITATOR: _("Aidez à rendre l’action petite, datée, à sa portée."),
        },
        back_to=StepId.CONSULTATION,
    ),
    Step(
        StepId.LEARNING,
        6,
        speaks=_("La personne cliente d’abord, puis chaque consultant, l’observateur en dernier"),
        purpose=_("Nommer ce que chacun apprend pour sa propre pratique"),
        rule=_("Il ne s’agit plus du cas qui a été raconté."),
        minutes=lambda n: 3 + 1.5 * n,
        bounds=(6, 20),
        prompts={
            CLIENT: _("Qu’ai-je appris sur ma façon de faire ?"),
            CONSULTANT: _("Qu’ai-je appris pour ma propre pratique ? Qu’est-ce que j’essaie chez moi ?"),
            FACILITATOR: _("Ne laissez pas revenir au cas du client."),
            OBSERVER: _("Une observation sur notre façon de travailler."),
        },
    ),
    Step(
        StepId.CLOSING,
        None,
        speaks=_("Chacun, une phrase"),
        purpose=_("Évaluer notre façon de travailler, fixer la prochaine date"),
        rule=_("Ce qui sort d’ici est convenu à voix haute."),
        minutes=lambda n: 3,
        bounds=(2, 6),
        prompts={
            CLIENT: _("Qu’est-ce qui peut sortir d’ici, et sous quelle forme ?"),
            CONSULTANT: _("Utile pour moi : 1 à 4. On garde / on change."),
            FACILITATOR: _("Confirmez la date du retour et ce qui peut sortir de la séance."),
            OBSERVER: _("Un mot."),
        },
        skippable=True,
    ),
]
#: Every step of the method, in its order.
STEPS: dict[str, Step] = {step.id.value: step for step in _STEPS}

#: Quorum, the facilitator not counted: the client and two consultants. Over eight members the group is split.
LEAST_CONSULTANTS = 2
MOST_MEMBERS = 8

_EXPRESS_60 = {
    StepId.CHECK_IN: 3,
    StepId.EXPOSE: 5,
    StepId.CLARIFICATION: 12,
    StepId.CONTRACT: 3,
    StepId.CONSULTATION: 18,
    StepId.SYNTHESIS: 10,
    StepId.LEARNING: 7,
    StepId.CLOSING: 2,
}
#: What gives way first when the slot is short. Contract and synthesis never do.
SHRINK_ORDER = (StepId.CONSULTATION, StepId.CLARIFICATION, StepId.CHECK_IN, StepId.LEARNING, StepId.FOLLOW_UP)
_WITHOUT_A_BREAK = 90  # minutes that people can stay in front of a screen
_BREAK_MINUTES = 5

GROUND_RULES = (
    _("Ce qui se dit ici reste ici ; chacun peut parler de ses propres apprentissages."),
    _("On parle vrai, avec bienveillance, sans juger."),
    _("On vient, on prévient, on est à l’heure."),
    _("On aide le client à penser ; on ne décide pas à sa place."),
    _("Chacun sera client à son tour, s’il le souhaite."),
    _("Pas d’enregistrement, pas de capture."),
    _("On ne cite ni personne ni structure absente sans nécessité."),
    _("La confidentialité a des limites prévues par la loi ; l’animateur les rappelle."),
)


@dataclass(frozen=True)
class Plan:
    """Steps in order with their minutes. A step that shrank to nothing is not in it."""

    minutes: dict[str, int]

    @property
    def total(self) -> int:
        return sum(self.minutes.values())


def plan(
    n: int,
    variant: str = Variant.STANDARD,
    booked_minutes: int | None = None,
    live_choice: bool = False,
    remote: bool = False,
    follow_up: bool = True,
) -> Plan:
    """The timetable of a session of `n` members, the facilitator not counted, in whole minutes.

    A slot shorter than the default total shrinks what may shrink, down to the lower bounds; the total may then still
    be longer than the slot. A break comes in when people sit in front of screens for more than 90 minutes, counted
    after shrinking: a session that fits in 90 minutes has none.
    """
    if variant == Variant.EXPRESS_60:
        return Plan({step.value: minutes for step, minutes in _EXPRESS_60.items()})
    minutes = {step.id.value: round_half_up(step.minutes(n)) for step in _STEPS if step.id != StepId.BREAK}
    if not live_choice:
        del minutes[StepId.TOPIC_CHOICE]
    if not follow_up:
        del minutes[StepId.FOLLOW_UP]
    fitted = _shrink(minutes, booked_minutes)
    if remote and sum(fitted.values()) > _WITHOUT_A_BREAK:
        fitted = _shrink(minutes | {StepId.BREAK.value: _BREAK_MINUTES}, booked_minutes)
    return Plan({step: fitted[step] for step in STEPS if fitted.get(step)})


def _shrink(minutes: dict[str, int], slot: int | None) -> dict[str, int]:
    fitted = dict(minutes)
    for step in SHRINK_ORDER:
        too_long = sum(fitted.values()) - slot if slot else 0
        if too_long <= 0:
            break
        if step in fitted:
            fitted[step] -= min(too_long, max(0, fitted[step] - STEPS[step].bounds[0]))
    return fitted


def prompt(step: str, role: str, *, reports_back: bool = False) -> Words:
    """What the screen asks of `role` during `step`; empty when the method asks nothing.

    In the follow-up it is the client of the session before who speaks (`reports_back`), whatever her role today.
    """
    if step == StepId.FOLLOW_UP and role != SeatRole.FACILITATOR:
        if reports_back:
            role = SeatRole.CLIENT
        elif role == SeatRole.CLIENT:
            role = SeatRole.CONSULTANT
    return STEPS[step].prompts.get(SeatRole(role), "")
