"""Dated events, and who came."""

import uuid
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from spaces.models import TAKING_PART, Space

if TYPE_CHECKING:
    from accounts.models import User


class EventQuerySet(models.QuerySet["Event"]):
    def visible_to(self, user: "User") -> Self:
        """Events of the spaces where `user` holds a role, and those of the network for whoever holds one.

        Co-development sessions are known only to those who take part: a sponsor, a researcher or a witness has no
        business knowing that one exists (domain.md 8).
        """
        held = Space.objects.of(user)
        takes_part = Q(space__in=Space.objects.of(user, TAKING_PART))
        network = Q(space__kind=Space.Kind.NETWORK) & Q(Exists(held))
        return self.filter(takes_part | ~Q(kind=Event.Kind.CODEV) & (Q(space__in=held) | network))

    def ahead(self) -> Self:
        return self.filter(ends_at__gte=timezone.now()).exclude(state=Event.State.CANCELLED).order_by("starts_at", "id")

    def behind(self) -> Self:
        return self.filter(ends_at__lt=timezone.now()).exclude(state=Event.State.CANCELLED).order_by("-starts_at", "id")


class Event(models.Model):
    """Anything dated that people attend (domain.md 1.2)."""

    class Kind(models.TextChoices):
        WORKSHOP = "workshop", _("atelier")
        CROSS_VIEWS_WORKSHOP = "cross_views_workshop", _("atelier de regards croisés")
        CODEV = "codev", _("séance de codéveloppement")
        WEBINAR = "webinar", _("webinaire")
        INTERVIEW = "interview", _("entretien")

    class Mode(models.TextChoices):
        ONSITE = "onsite", _("sur place")
        REMOTE = "remote", _("à distance")
        HYBRID = "hybrid", _("sur place ou à distance")

    class State(models.TextChoices):
        PLANNED = "planned", _("prévu")
        HELD = "held", _("tenu")
        CANCELLED = "cancelled", _("annulé")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=24, choices=Kind)
    state = models.CharField(max_length=10, choices=State, default=State.PLANNED)
    title = models.CharField(_("titre"), max_length=160)
    starts_at = models.DateTimeField(_("début"))
    ends_at = models.DateTimeField(_("fin"))
    mode = models.CharField(_("forme"), max_length=8, choices=Mode, default=Mode.REMOTE)
    place = models.CharField(_("lieu"), max_length=160, blank=True)
    video_url = models.URLField(_("lien de visioconférence"), blank=True)
    phone = models.CharField(_("téléphone de la salle"), max_length=40, blank=True)
    optional = models.BooleanField(default=False)
    template_ref = models.CharField(
        max_length=12, blank=True
    )  # "S1", "C3", "W": the line of the template it comes from

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at", "id"]
        indexes = [models.Index(fields=["space", "starts_at"], name="event_space_start")]
        constraints = [models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="event_ends_after_start")]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def is_over(self) -> bool:
        return self.ends_at < timezone.now()


class Attendance(models.Model):
    """What is known of one person at one event. Presence is counted by duration (domain.md 6.1, A1)."""

    class State(models.TextChoices):
        EXPECTED = "expected", _("attendu·e")
        CONFIRMED = "confirmed", _("présence annoncée")
        EXCUSED = "excused", _("absence annoncée")
        PRESENT = "present", _("présent·e")  # at least 75 % of the duration
        PARTIAL = "partial", _("en partie")  # 25 to 75 %
        ABSENT = "absent", _("absent·e")

    event = models.ForeignKey(Event, on_delete=models.CASCADE, related_name="attendances")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="attendances")
    state = models.CharField(max_length=10, choices=State, default=State.EXPECTED)
    told_at = models.DateTimeField(null=True, blank=True)  # when an absence was announced (A3)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ["event", "person"]
        constraints = [models.UniqueConstraint(fields=["event", "person"], name="attendance_once")]

    def __str__(self) -> str:
        return f"{self.state} {self.pk}"
