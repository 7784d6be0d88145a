"""The co-development session: where it stands, who sits in it, and what its people write (domain.md 2)."""

import uuid
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from spaces.models import FACILITATING, TAKING_PART, Membership
from workshops.methods import STEPS, SeatRole, Step, StepId, Variant
from workshops.models.events import Event
from workshops.vault import EncryptedTextField

if TYPE_CHECKING:
    from accounts.models import User

#: Before the hour, the room is open that long (domain.md 2.2).
DOORS_OPEN = timedelta(minutes=15)
#: After its step, a contribution half written may still be dropped that long (frontend.md 6).
GRACE = timedelta(seconds=30)


class CodevSessionQuerySet(models.QuerySet["CodevSession"]):
    def visible_to(self, user: "User") -> Self:
        """Sessions whose room `user` may enter: seated in it, or facilitating its group; and of the group today."""
        if not user.is_authenticated:
            return self.none()
        held = Membership.objects.current().filter(person=user)
        seated = Seat.objects.filter(session=OuterRef("pk"), person=user)
        return self.filter(
            Q(event__space__in=held.filter(role__in=FACILITATING).values("space"))
            | (Q(event__space__in=held.filter(role__in=TAKING_PART).values("space")) & Q(Exists(seated)))
        )

    def to_erase(self, now: datetime) -> Self:
        """Sessions whose words have had their time: 30 days after the client's return, 120 after the session."""
        return self.filter(content_erased_at__isnull=True).filter(
            Q(followed_up_at__lte=now - timedelta(days=30)) | Q(closed_at__lte=now - timedelta(days=120))
        )


class CodevSession(models.Model):
    """One session. The database alone knows where it stands: a restart of the server loses nothing (F14)."""

    class State(models.TextChoices):
        DRAFT = "draft", _("en préparation")
        SUBJECT_CALL = "subject_call", _("appel à sujets")
        RANKING = "ranking", _("choix du sujet")
        CLIENT_CONFIRMED = "client_confirmed", _("prête")
        LOBBY = "lobby", _("accueil")
        RUNNING = "running", _("en cours")
        PAUSED = "paused", _("en pause")
        CLOSED = "closed", _("terminée")
        FOLLOW_UP_DUE = "follow_up_due", _("retour attendu")
        FOLLOWED_UP = "followed_up", _("retour fait")
        POSTPONED = "postponed", _("reportée")
        CANCELLED = "cancelled", _("annulée")

    class PauseReason(models.TextChoices):
        TECHNICAL = "technical", _("un souci technique")
        BREAK = "break", _("une respiration")
        CARE = "care", _("prendre soin")
        OTHER = "other", _("autre raison")

    class SkipReason(models.TextChoices):
        TIME = "time", _("le temps manque")
        NOT_NEEDED = "not_needed", _("inutile cette fois")
        OTHER = "other", _("autre raison")

    AHEAD = (State.DRAFT, State.SUBJECT_CALL, State.RANKING, State.CLIENT_CONFIRMED)
    LIVE = (State.RUNNING, State.PAUSED)
    OVER = (State.CLOSED, State.FOLLOW_UP_DUE, State.FOLLOWED_UP)

    event = models.OneToOneField(Event, primary_key=True, on_delete=models.CASCADE, related_name="codev")
    state = models.CharField(max_length=16, choices=State, default=State.DRAFT)
    variant = models.CharField(max_length=12, choices=Variant, default=Variant.STANDARD)
    plan = models.JSONField(default=dict)  # minutes by step, as computed at the start
    step = models.CharField(max_length=16, choices=StepId, blank=True)
    step_seq = models.PositiveIntegerField(default=0)
    step_started_at = models.DateTimeField(null=True, blank=True)  # moved forward by the length of each pause
    planned_seconds = models.PositiveIntegerField(default=0)
    extended_seconds = models.PositiveIntegerField(default=0)
    paused_at = models.DateTimeField(null=True, blank=True)
    pause_reason = models.CharField(max_length=10, choices=PauseReason, blank=True)
    hand = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="sessions_in_hand"
    )
    client_question = EncryptedTextField(blank=True)
    insight_only = models.BooleanField(default=False)  # « Pas d’action, une prise de conscience »
    shows_timer = models.BooleanField(default=False)  # participants see a countdown only when this is on
    started_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    followed_up_at = models.DateTimeField(null=True, blank=True)
    content_erased_at = models.DateTimeField(null=True, blank=True)

    objects = CodevSessionQuerySet.as_manager()

    class Meta:
        ordering = ["event"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=["running", "paused"]) | (~Q(step="") & Q(step_started_at__isnull=False)),
                name="codev_live_has_a_step",
            ),
            models.CheckConstraint(
                condition=Q(state="paused", paused_at__isnull=False) | (~Q(state="paused") & Q(paused_at__isnull=True)),
                name="codev_paused_has_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.state} {self.pk}"

    @property
    def topic(self) -> str:
        return f"session:{self.pk}"

    @property
    def is_ahead(self) -> bool:
        return self.state in self.AHEAD

    @property
    def is_live(self) -> bool:
        return self.state in self.LIVE

    @property
    def is_over(self) -> bool:
        return self.state in self.OVER

    @property
    def is_paused(self) -> bool:
        return self.state == self.State.PAUSED

    @property
    def opens_at(self) -> datetime:
        return self.event.starts_at - DOORS_OPEN

    @property
    def current(self) -> Step | None:
        return STEPS.get(self.step)

    @property
    def next_step(self) -> Step | None:
        """The step after this one in the plan; none after the last."""
        order = [step for step in STEPS if step in self.plan]
        later = order[order.index(self.step) + 1 :] if self.step in order else []
        return STEPS[later[0]] if later else None

    @property
    def back_step(self) -> Step | None:
        """Where `back` leads from here; most steps cannot be taken back."""
        return STEPS[self.current.back_to] if self.current and self.current.back_to else None

    # --- time ---------------------------------------------------------------------------------------------------

    @property
    def allowed_seconds(self) -> int:
        return self.planned_seconds + self.extended_seconds

    @property
    def deadline(self) -> datetime | None:
        """When the planned time of the step ends, as long as nobody pauses."""
        if not self.step_started_at:
            return None
        return self.step_started_at + timedelta(seconds=self.allowed_seconds)

    def seconds_left(self, now: datetime) -> int:
        """Seconds left in the step; negative when the planned time is over."""
        if not self.step_started_at:
            return 0
        elapsed = (self.paused_at or now) - self.step_started_at
        return self.allowed_seconds - int(elapsed.total_seconds())

    def may_extend(self, minutes: int) -> bool:
        """Up to one and a half times the upper bound of the step (domain.md 2.5)."""
        return self.current is not None and self.allowed_seconds + minutes * 60 <= self.current.most_minutes * 60

    def projected_end(self, now: datetime) -> datetime:
        """When the session ends if the step ends on time, or now when it is late, and the rest follows the plan."""
        order = list(STEPS)
        here = order.index(self.step)
        rest = sum(minutes for step, minutes in self.plan.items() if order.index(step) > here)
        return now + timedelta(seconds=max(0, self.seconds_left(now)), minutes=rest)

    def move_to(self, step: str, now: datetime) -> None:
        """Stand at the start of `step`. The caller saves, and writes the run."""
        self.step = step
        self.step_seq += 1
        self.step_started_at = now
        self.planned_seconds = self.plan.get(step, 0) * 60
        self.extended_seconds = 0

    # --- people -------------------------------------------------------------------------------------------------

    @cached_property
    def all_seats(self) -> list["Seat"]:
        """Everyone's seat with its person, client first, in one query for a page."""
        seats = self.seats.select_related("person", "person__organisation")
        order = list(SeatRole)
        return sorted(seats, key=lambda seat: (order.index(SeatRole(seat.role)), seat.person.name, str(seat.person_id)))

    def others_present(self) -> list["Seat"]:
        """Members present, facilitators not counted: the N of the method."""
        return [seat for seat in self.all_seats if seat.present and seat.role != SeatRole.FACILITATOR]

    def previous(self) -> "CodevSession | None":
        """The group's session before this one, while its client has yet to tell what she tried."""
        before = CodevSession.objects.filter(
            event__space_id=self.event.space_id, event__starts_at__lt=self.event.starts_at
        ).filter(state__in=self.OVER)
        latest = before.select_related("event").order_by("-event__starts_at").first()
        return latest if latest and latest.state != self.State.FOLLOWED_UP else None

    def next_meeting(self) -> Event | None:
        """The group's next session after this one, by which small actions are tried (domain.md 2.7)."""
        later = Event.objects.filter(space=self.event.space_id, kind=Event.Kind.CODEV, state=Event.State.PLANNED)
        return later.filter(starts_at__gt=max(self.event.ends_at, timezone.now())).order_by("starts_at", "pk").first()

    @property
    def client_seat(self) -> "Seat | None":
        return next((seat for seat in self.all_seats if seat.role == SeatRole.CLIENT), None)


class Seat(models.Model):
    """One person's place in one session. Presence is said by people, never guessed from a connection."""

    session = models.ForeignKey(CodevSession, on_delete=models.CASCADE, related_name="seats")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="seats")
    role = models.CharField(_("rôle"), max_length=12, choices=SeatRole)
    present = models.BooleanField(default=False)
    arrived_at = models.DateTimeField(null=True, blank=True)
    here_since = models.DateTimeField(null=True, blank=True)  # start of the current presence
    seconds_here = models.PositiveIntegerField(default=0)  # of presences that have ended, within the session
    frame_accepted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["session", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["session", "person"], name="seat_once"),
            models.UniqueConstraint(fields=["session"], condition=Q(role="client"), name="seat_one_client"),
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.pk}"

    def seconds_until(self, now: datetime, started_at: datetime) -> int:
        """Seconds of presence between the start of the session and `now`."""
        running = max(now - max(self.here_since, started_at), timedelta()) if self.here_since else timedelta()
        return self.seconds_here + int(running.total_seconds())


class StepRun(models.Model):
    """One actual run of a step: a step can be run twice."""

    class Direction(models.TextChoices):
        FORWARD = "forward", _("vers la suite")
        BACK = "back", _("retour")

    session = models.ForeignKey(CodevSession, on_delete=models.CASCADE, related_name="runs")
    seq = models.PositiveIntegerField()
    step = models.CharField(max_length=16, choices=StepId)
    direction = models.CharField(max_length=8, choices=Direction, default=Direction.FORWARD)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    planned_seconds = models.PositiveIntegerField(default=0)
    extended_seconds = models.PositiveIntegerField(default=0)
    skipped = models.CharField(max_length=12, choices=CodevSession.SkipReason, blank=True)

    class Meta:
        ordering = ["session", "seq"]
        constraints = [models.UniqueConstraint(fields=["session", "seq"], name="step_run_seq_once")]

    def __str__(self) -> str:
        return f"{self.step} {self.seq}"


class ConsultationContract(models.Model):
    """What the client asks of the group, in one sentence; answers hold for these words only."""

    class Help(models.TextChoices):
        IDEAS = "ideas", _("des idées")
        EXPERIENCES = "experiences", _("des expériences vécues")
        CRITICAL_VIEWS = "critical_views", _("des regards critiques")
        NEXT_STEPS = "next_steps", _("des prochaines étapes")

    session = models.OneToOneField(CodevSession, primary_key=True, on_delete=models.CASCADE, related_name="contract")
    text = EncryptedTextField()
    forms_of_help = models.JSONField(default=list, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)  # of the words: an answer holds for the version it read

    class Meta:
        ordering = ["session"]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def help_labels(self) -> list[Any]:
        return [self.Help(value).label for value in self.forms_of_help]


class ContractAnswer(models.Model):
    """A consultant's yes, or what is missing for her to help."""

    contract = models.ForeignKey(ConsultationContract, on_delete=models.CASCADE, related_name="answers")
    consultant = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    yes = models.BooleanField()
    missing = EncryptedTextField(blank=True)

    class Meta:
        ordering = ["contract", "pk"]
        constraints = [models.UniqueConstraint(fields=["contract", "consultant"], name="contract_answer_once")]

    def __str__(self) -> str:
        return str(self.pk)


class ContributionQuerySet(models.QuerySet["Contribution"]):
    def visible_to(self, user: "User") -> Self:
        """One's own; all of them for the client they are addressed to; those shared with the group for its seats.

        The facilitator reads the shared ones while the session lasts, and none afterwards (domain.md 8).
        """
        seats = Seat.objects.filter(session=OuterRef("session"), person=user)
        over = Q(session__state__in=CodevSession.OVER)
        return self.filter(session__in=CodevSession.objects.visible_to(user)).filter(
            Q(author=user)
            | Q(Exists(seats.filter(role=SeatRole.CLIENT)))
            | (Q(to_group=True) & Q(Exists(seats.exclude(role=SeatRole.FACILITATOR))))
            | (Q(to_group=True) & ~over)
        )


class Contribution(models.Model):
    """What a consultant gives to the client: read by the client alone, unless its author ticks the group."""

    class Kind(models.TextChoices):
        EXPERIENCE = "experience", _("vécu")
        IDEA = "idea", _("piste")
        RESOURCE = "resource", _("ressource")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    session = models.ForeignKey(CodevSession, on_delete=models.CASCADE, related_name="contributions")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    client_id = models.UUIDField()
    kind = models.CharField(max_length=10, choices=Kind)
    text = EncryptedTextField()
    to_group = models.BooleanField(default=False)
    kept = models.BooleanField(default=False)  # by the client, for herself
    created_at = models.DateTimeField(default=timezone.now)

    objects = ContributionQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [models.UniqueConstraint(fields=["author", "client_id"], name="contribution_once")]

    def __str__(self) -> str:
        return str(self.pk)


class PrivateNote(models.Model):
    """What a person writes for herself alone during a session. No one else has a way to it."""

    session = models.ForeignKey(CodevSession, on_delete=models.CASCADE, related_name="private_notes")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    text = EncryptedTextField(blank=True)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["session", "pk"]
        constraints = [models.UniqueConstraint(fields=["session", "author"], name="private_note_once")]

    def __str__(self) -> str:
        return str(self.pk)


class Learning(models.Model):
    """What a person learns for her own practice; hers alone unless she says otherwise."""

    class Scope(models.TextChoices):
        SELF = "self", _("moi seulement")
        GROUP = "group", _("mon groupe")
        COHORT = "cohort", _("ma cohorte")

    session = models.ForeignKey(CodevSession, on_delete=models.CASCADE, related_name="learnings")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="learnings")
    text = EncryptedTextField()
    scope = models.CharField(_("visible par"), max_length=8, choices=Scope, default=Scope.SELF)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["session", "pk"]
        constraints = [models.UniqueConstraint(fields=["session", "author"], name="learning_once")]

    def __str__(self) -> str:
        return str(self.pk)


_SCALE = [MinValueValidator(1), MaxValueValidator(4)]


class Pulse(models.Model):
    """Thirty seconds on how we worked. Without author, without time, under a random key: rule K8."""

    class Pace(models.TextChoices):
        SLOW = "slow", _("trop lent")
        RIGHT = "right", _("bien")
        FAST = "fast", _("trop rapide")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    session = models.ForeignKey(CodevSession, on_delete=models.CASCADE, related_name="pulses")
    useful = models.PositiveSmallIntegerField(_("utile pour ma pratique"), validators=_SCALE)
    spoke = models.PositiveSmallIntegerField(_("j’ai pu m’exprimer"), validators=_SCALE)
    pace = models.CharField(_("le rythme"), max_length=8, choices=Pace)
    keep = EncryptedTextField(_("on garde"), blank=True)
    change = EncryptedTextField(_("on change"), blank=True)

    class Meta:
        ordering = ["id"]  # random keys: the order says nothing of who answered when
        constraints = [
            models.CheckConstraint(condition=Q(useful__range=(1, 4), spoke__range=(1, 4)), name="pulse_on_the_scale")
        ]

    def __str__(self) -> str:
        return str(self.pk)


class PulseToken(models.Model):
    """The right to answer once. Used up by answering, and all destroyed when the session closes."""

    session = models.ForeignKey(CodevSession, on_delete=models.CASCADE, related_name="pulse_tokens")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")

    class Meta:
        ordering = ["session", "pk"]
        constraints = [models.UniqueConstraint(fields=["session", "person"], name="pulse_token_once")]

    def __str__(self) -> str:
        return str(self.pk)


class ProcessLog(models.Model):
    """Who conducted what, and why; never what was said. A typed reason is encrypted all the same."""

    session = models.ForeignKey(CodevSession, on_delete=models.CASCADE, related_name="process_log")
    who = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    what = models.CharField(max_length=24)
    step = models.CharField(max_length=16, choices=StepId, blank=True)
    reason = EncryptedTextField(blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["session", "at", "pk"]

    def __str__(self) -> str:
        return f"{self.what} {self.pk}"
