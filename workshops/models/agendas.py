"""The three-beat cross-views workshop: its agenda, its sub-groups, and what they brought back (domain.md 3)."""

from typing import TYPE_CHECKING, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from spaces.models import Visibility
from spaces.permissions import on_the_ladder
from workshops.models.events import Event

if TYPE_CHECKING:
    from accounts.requests import Anyone


class CrossViewsWorkshopQuerySet(models.QuerySet["CrossViewsWorkshop"]):
    def visible_to(self, user: "Anyone") -> Self:
        return self.filter(on_the_ladder(user, space="event__space"))


class CrossViewsWorkshop(models.Model):
    """A workshop in three beats between researchers and practitioners."""

    event = models.OneToOneField(Event, on_delete=models.CASCADE, primary_key=True, related_name="cross_views")
    source_id = models.CharField(max_length=60, blank=True)  # the record it was imported from; empty when made here
    framing = models.CharField(_("question du jour"), max_length=300)
    designers = models.JSONField(default=list)  # names of the organisations that conceived it
    visibility = models.CharField(max_length=12, choices=Visibility, default=Visibility.COHORT)

    objects = CrossViewsWorkshopQuerySet.as_manager()

    class Meta:
        ordering = ["event__starts_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["source_id"], condition=~models.Q(source_id=""), name="cross_views_imported_once"
            )
        ]

    def __str__(self) -> str:
        return f"cross_views {self.pk}"


class Segment(models.Model):
    """One stretch of the agenda."""

    class Kind(models.TextChoices):
        WELCOME = "welcome", _("accueil")
        STATEMENT = "statement", _("exposé des motifs")
        DEBATE = "debate", _("mise en débat")
        BREAK = "break", _("pause")
        SUBGROUPS = "subgroups", _("travail en sous-groupes")
        RESTITUTION = "restitution", _("restitution")
        CONCLUSION = "conclusion", _("conclusion")

    class Mode(models.TextChoices):
        DISTINCT_TOPICS = "distinct_topics", _("un thème par groupe")
        SAME_TOPIC = "same_topic", _("les mêmes questions pour tous")
        SPECIALISED_PLUS_TRANSVERSAL = "specialised_plus_transversal", _("un thème par groupe, puis un thème commun")

    class Allocation(models.TextChoices):
        CHOICE = "choice", _("au choix de chacun")
        ASSIGNED = "assigned", _("répartition par l’animation")
        RANDOM = "random", _("tirage au sort")
        BALANCED = "balanced", _("équilibre des natures d’acteurs")

    workshop = models.ForeignKey(CrossViewsWorkshop, on_delete=models.CASCADE, related_name="segments")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=12, choices=Kind)
    starts = models.TimeField()
    ends = models.TimeField(null=True, blank=True)  # a conclusion may be open-ended
    mode = models.CharField(max_length=30, choices=Mode, blank=True)
    allocation = models.CharField(max_length=10, choices=Allocation, blank=True)

    class Meta:
        ordering = ["workshop", "position"]
        constraints = [models.UniqueConstraint(fields=["workshop", "position"], name="segment_position_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class Speaker(models.Model):
    """An organisation that speaks in a segment, and from which viewpoint. Persons are not named."""

    class Viewpoint(models.TextChoices):
        ACADEMIC = "academic", _("regard académique")
        EMPIRICAL = "empirical", _("regard empirique")
        PRACTITIONER = "practitioner", _("regard de praticien")

    segment = models.ForeignKey(Segment, on_delete=models.CASCADE, related_name="speakers")
    position = models.PositiveSmallIntegerField()
    organisation = models.CharField(max_length=160)
    viewpoint = models.CharField(max_length=12, choices=Viewpoint, blank=True)
    example = models.CharField(max_length=160, blank=True)

    class Meta:
        ordering = ["segment", "position"]
        constraints = [models.UniqueConstraint(fields=["segment", "position"], name="speaker_position_once")]

    def __str__(self) -> str:
        return f"speaker {self.pk}"


class WorkshopSubgroup(models.Model):
    """A small group with a topic and questions, and the two to four key ideas it reported. It has no client."""

    workshop = models.ForeignKey(CrossViewsWorkshop, on_delete=models.CASCADE, related_name="subgroups")
    position = models.PositiveSmallIntegerField()
    topic = models.CharField(_("thème"), max_length=160)
    transversal = models.BooleanField(default=False)  # a synthesis common to the groups, not a group of its own
    questions = models.JSONField(default=list)
    side_note = models.CharField(_("remarque hors groupe"), max_length=300, blank=True)
    animator_organisation = models.CharField(max_length=160, blank=True)
    rapporteur_organisations = models.JSONField(default=list)

    class Meta:
        ordering = ["workshop", "position"]
        constraints = [models.UniqueConstraint(fields=["workshop", "position"], name="subgroup_position_once")]

    def __str__(self) -> str:
        return f"subgroup {self.pk}"


class SynthesisBullet(models.Model):
    """One key idea of a sub-group; it belongs to the group, never to an author."""

    subgroup = models.ForeignKey(WorkshopSubgroup, on_delete=models.CASCADE, related_name="bullets")
    position = models.PositiveSmallIntegerField()
    text = models.CharField(max_length=200)

    class Meta:
        ordering = ["subgroup", "position"]
        constraints = [models.UniqueConstraint(fields=["subgroup", "position"], name="bullet_position_once")]

    def __str__(self) -> str:
        return f"bullet {self.pk}"
