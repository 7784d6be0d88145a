"""What people should know, once each, how they wish to be told, and whether it has left."""

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Exists, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from notifications import decision
from notifications.decision import Digest, Group, Way
from spaces.models import Membership, Space

if TYPE_CHECKING:
    from accounts.models import User


KEPT = timedelta(days=365)


class NotificationQuerySet(models.QuerySet["Notification"]):
    def waiting(self) -> Self:
        """Letters that have not left, and that no worker has in hand."""
        now = timezone.now()
        return self.filter(Q(locked_until=None) | Q(locked_until__lte=now), alone=True, sent_at=None, dropped_at=None)

    def visible_to(self, user: "User") -> Self:
        """What `user` was told and may still know: nothing of a space that she has left."""
        if not user.is_authenticated:
            return self.none()
        held = Membership.objects.current().filter(person=user)
        reached = Q(space__in=held.values("space")) | (Q(space__kind=Space.Kind.NETWORK) & Exists(held))
        return self.filter(Q(space__isnull=True) | reached, person=user).exclude(path="")

    def unread(self) -> Self:
        return self.filter(read_at__isnull=True)

    def to_gather(self) -> Self:
        """Unread, still to be told by mail in company of others: in a letter or in a digest."""
        return self.filter(alone=False, read_at=None, mail=None, dropped_at=None)

    def past_keeping(self) -> Self:
        """Told longer ago than anyone looks for it."""
        return self.filter(created_at__lt=timezone.now() - KEPT)

    def newest_first(self) -> Self:
        return self.order_by("-created_at", "-pk")


class Notification(models.Model):
    """One thing one person should know. Its facts are ids and names, never confidential words (domain.md 8.2.7).

    With a `path` it stands on the person's page. It leaves by mail on its own (`alone`: a letter), or together with
    others in `mail`, which is a letter too: the row of kind « news » or « digest » that gathered it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    address = models.EmailField()
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="notifications"
    )
    kind = models.SlugField(max_length=40)
    facts = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    language = models.CharField(max_length=2, default="fr")
    dedupe_key = models.CharField(max_length=200, unique=True)
    created_at = models.DateTimeField(default=timezone.now)
    # On the person's page: where it leads, who did it, in which space she must still be to know of it.
    path = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    space = models.ForeignKey(Space, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    # What she opens that makes it known: a kind ("channel", "thread", "note"), an id, and how far in it.
    about_kind = models.SlugField(max_length=24, blank=True)
    about_id = models.UUIDField(null=True, blank=True)
    about_seq = models.PositiveBigIntegerField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)
    pushed_at = models.DateTimeField(null=True, blank=True)
    # By mail.
    alone = models.BooleanField(default=True)
    mail_at = models.DateTimeField(null=True, blank=True)  # when it may leave with others; None: in a digest at most
    mail = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="gathered")
    sent_at = models.DateTimeField(null=True, blank=True)
    dropped_at = models.DateTimeField(null=True, blank=True)  # its reason had gone when its turn came
    locked_until = models.DateTimeField(null=True, blank=True)  # a worker has it in hand
    attempts = models.PositiveSmallIntegerField(default=0)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "id"]
        indexes = [
            models.Index(
                fields=["created_at"], condition=Q(alone=True, sent_at=None, dropped_at=None), name="letter_to_send"
            ),
            models.Index(
                fields=["mail_at"],
                condition=Q(alone=False, read_at=None, mail=None, dropped_at=None),
                name="notification_to_gather",
            ),
            models.Index(fields=["person", "-created_at"], condition=~Q(path=""), name="notification_of_person"),
            models.Index(fields=["person", "about_id"], condition=Q(read_at=None), name="notification_unread"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def group(self) -> Group:
        return decision.group_of(self.kind)


class Wishes(models.Model):
    """How a person wishes to be told. Its row is also the lock under which her mails are gathered, once each."""

    person = models.OneToOneField(
        settings.AUTH_USER_MODEL, primary_key=True, on_delete=models.CASCADE, related_name="wishes"
    )
    mail = models.BooleanField(_("courriels facultatifs"), default=True)
    personal = models.CharField(_("on m’écrit, on me nomme, on me répond"), max_length=8, choices=Way, default=Way.MAIL)
    channels = models.CharField(
        _("les fils dont je suis tous les messages"), max_length=8, choices=Way, default=Way.MAIL
    )
    events = models.CharField(_("une rencontre change"), max_length=8, choices=Way, default=Way.MAIL)
    waiting = models.CharField(_("quelque chose m’attend"), max_length=8, choices=Way, default=Way.MAIL)
    digest = models.CharField(_("résumé"), max_length=8, choices=Digest, default=Digest.WEEKLY)
    digest_day = models.PositiveSmallIntegerField(_("jour du résumé"), choices=decision.DAYS, default=0)
    quiet_from = models.TimeField(_("à partir de"), default=decision.QUIET_FROM)
    quiet_until = models.TimeField(_("jusqu’à"), default=decision.QUIET_UNTIL)
    quiet_weekend = models.BooleanField(_("pas de courriel le week-end"), default=True)
    time_zone = models.CharField(_("fuseau horaire"), max_length=40, choices=decision.ZONES, default=decision.ZONE)
    # Kept by the actions: when the next digest is due, and up to when the last one told.
    next_digest_at = models.DateTimeField(null=True, blank=True)
    digested_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index(fields=["next_digest_at"], condition=Q(next_digest_at__isnull=False), name="wishes_digest_due")
        ]

    def __str__(self) -> str:
        return str(self.pk)


class PushSubscription(models.Model):
    """A browser that a person has allowed to show what she is told, through the service of its maker."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="push_subscriptions")
    endpoint = models.CharField(max_length=600, unique=True)
    p256dh = models.CharField(max_length=120)
    auth = models.CharField(max_length=60)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["person", "created_at", "pk"]

    def __str__(self) -> str:
        return str(self.pk)
