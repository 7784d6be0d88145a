"""What a path is, the group that follows it, and who stands behind it."""

import uuid
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Organisation
from cohorts import calendar, paths
from spaces.models import Space
from ui.typography import in_hours
from workshops.models import Event
from workshops.models.events import EventQuerySet

if TYPE_CHECKING:
    from accounts.requests import Anyone


class PathTemplate(models.Model):
    """A reusable path: phases, events and milestones with relative dates, as data that `paths.check` accepted.

    A version never changes once a cohort follows it: `load_path_template` refuses other words under the same number.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slug = models.SlugField(max_length=80)
    version = models.PositiveIntegerField()
    name = models.CharField(_("nom"), max_length=120)
    data = models.JSONField()

    class Meta:
        ordering = ["slug", "-version"]
        verbose_name = _("modèle de parcours")
        verbose_name_plural = _("modèles de parcours")
        constraints = [models.UniqueConstraint(fields=["slug", "version"], name="path_template_version_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def hours(self) -> Decimal:
        """Hours one person spends on the whole path, optional webinars left out."""
        return paths.hours(self.data)


class CohortQuerySet(models.QuerySet["Cohort"]):
    def visible_to(self, user: "Anyone") -> Self:
        """Cohorts where `user` holds a role now."""
        return self.filter(space__in=Space.objects.of(user))

    def public(self) -> Self:
        """Cohorts whose public page everybody may read: all but drafts."""
        return self.exclude(state=Cohort.State.DRAFT)

    def open(self) -> Self:
        """Cohorts one may apply to."""
        return self.filter(state=Cohort.State.OPEN)


class Cohort(models.Model):
    """The organisations and people who follow one path together. Its id is its space's id."""

    class State(models.TextChoices):
        DRAFT = "draft", _("en préparation")
        OPEN = "open", _("candidatures ouvertes")
        RUNNING = "running", _("en cours")
        FINISHED = "finished", _("terminée")

    space = models.OneToOneField(Space, primary_key=True, on_delete=models.CASCADE, related_name="cohort")
    template = models.ForeignKey(PathTemplate, on_delete=models.PROTECT, related_name="cohorts")
    starts_on = models.DateField(_("date de début"))
    state = models.CharField(_("état"), max_length=10, choices=State, default=State.DRAFT)
    summary = models.CharField(_("en une phrase"), max_length=240, blank=True)
    description = models.TextField(_("présentation"), max_length=4000, blank=True)
    capacity = models.PositiveSmallIntegerField(
        _("nombre d’organisations"), default=12, validators=[MinValueValidator(1)]
    )
    questions = models.JSONField(_("questions de candidature"), default=list, blank=True)
    sources = models.JSONField(default=list, blank=True)
    is_demonstration = models.BooleanField(default=False)

    objects = CohortQuerySet.as_manager()

    class Meta:
        ordering = ["-starts_on", "space"]
        verbose_name = _("cohorte")
        constraints = [models.CheckConstraint(condition=models.Q(capacity__gte=1), name="cohort_has_room")]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("home:cohort", args=[self.pk])

    @property
    def name(self) -> str:
        return self.space.name

    @property
    def hours(self) -> Decimal:
        return self.template.hours

    @property
    def time_asked(self) -> str:
        """« 40 h 15, environ 4 h 30 par mois »: said before anybody enrols (domain.md 4.3)."""
        if not self.template.data["events"]:
            return ""
        by_month = Decimal(round(self.hours * 2 / self.template.data["months"])) / 2  # to the half-hour
        facts = {"hours": in_hours(self.hours), "month": in_hours(by_month)}
        return gettext("%(hours)s, environ %(month)s par mois") % facts

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN

    @property
    def ends_on(self) -> date:
        """The last day of the path's last month."""
        return calendar.spans(self.template.data, self.starts_on)[self.template.data["months"]].last

    def events(self) -> EventQuerySet:
        """Every dated event of the cohort, those of its peer groups included."""
        return Event.objects.filter(models.Q(space=self.pk) | models.Q(space__parent=self.pk))

    def months(self, today: date | None = None) -> list[calendar.Month]:
        """The months of the path, each with its events and milestones (two queries).

        An event that several peer groups hold stands once; a milestone stands in the month it is due.
        """
        return calendar.months(
            self.template.data,
            self.starts_on,
            events=list(self.events().exclude(state=Event.State.CANCELLED).order_by("starts_at", "id")),
            milestones=list(self.milestones.all()),
            today=today or timezone.localdate(),
        )

    def month_now(self, today: date | None = None) -> calendar.Month | None:
        """The month of the path where the cohort stands; none before the first and after the last."""
        return next((month for month in self.months(today) if month.state == calendar.HERE), None)


class Partner(models.Model):
    """An organisation that supports or mandates a path, with the words for its part."""

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="partners")
    name = models.CharField(_("nom"), max_length=160)
    part = models.CharField(_("rôle"), max_length=120, blank=True)

    class Meta:
        ordering = ["id"]
        verbose_name = _("partenaire")
        constraints = [models.UniqueConstraint(fields=["cohort", "name"], name="partner_once")]

    def __str__(self) -> str:
        return self.name


class Enrolment(models.Model):
    """An organisation's place in a cohort: what `Cohort.capacity` counts."""

    cohort = models.ForeignKey(Cohort, on_delete=models.CASCADE, related_name="enrolments")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="enrolments")
    lead = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ["organisation__name", "id"]
        constraints = [models.UniqueConstraint(fields=["cohort", "organisation"], name="enrolment_once")]

    def __str__(self) -> str:
        return str(self.pk)


class CharterAcceptance(models.Model):
    """A person's yes to the ground rules of a path, one for each version she read: an earlier yes stays as proof."""

    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="charter_acceptances")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="charter_acceptances")
    version = models.CharField(max_length=16)
    accepted_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["accepted_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["space", "person", "version"], name="charter_version_accepted_once")
        ]

    def __str__(self) -> str:
        return str(self.pk)
