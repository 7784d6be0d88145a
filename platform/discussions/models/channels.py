"""Where people talk, and who they are."""

import uuid
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from spaces.models import Membership, Space

if TYPE_CHECKING:
    from accounts.models import User


class ChannelQuerySet(models.QuerySet["Channel"]):
    def visible_to(self, user: "User") -> Self:
        """Channels that `user` reads now: whoever only follows a cohort does not read its talk (domain.md 8.1).

        A channel of a space is read by those who take part there, one of the network by those who take part
        anywhere, a direct one by its two people as long as both their space lasts for the reader.
        """
        if not user.is_authenticated:
            return self.none()
        held = Membership.objects.taking_part().filter(person=user)
        here = Q(space__in=held.values("space")) | (Q(space__kind=Space.Kind.NETWORK) & Exists(held))
        talks = Channel.people.through.objects.filter(channel=OuterRef("pk"), user=user)
        return self.filter(here).filter(~Q(kind=Channel.Kind.DIRECT) | Exists(talks))

    def open(self) -> Self:
        return self.filter(archived_at__isnull=True)

    def of_spaces(self) -> Self:
        """Without direct messages and without the threads of sessions and notes: what a space lists."""
        return self.filter(kind__in=[Channel.Kind.GENERAL, Channel.Kind.TOPIC])


class Channel(models.Model):
    """A line of talk in a space. One channel, one audience: all its readers read all of it."""

    class Kind(models.TextChoices):
        GENERAL = "general", _("fil général")  # one per space, from the start, never archived
        TOPIC = "topic", _("fil")
        DIRECT = "direct", _("message direct")  # between two members of `space`
        ABOUT = "about", _("fil d’une séance ou d’une note")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="channels")
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.TOPIC)
    name = models.CharField(_("nom"), max_length=80, blank=True)  # empty for direct messages: the other's name is shown
    description = models.CharField(_("description"), max_length=240, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    archived_at = models.DateTimeField(null=True, blank=True)
    read_only = models.BooleanField(_("seule l’animation y écrit"), default=False)
    # Direct: the two, and their ids in order, so that they have one channel only in this space.
    people = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="direct_channels", blank=True)
    pair = models.CharField(max_length=73, blank=True)
    # About: what it is the thread of. Another package's object: its kind ("session", "note"), its id, its page.
    about_kind = models.SlugField(max_length=24, blank=True)
    about_id = models.UUIDField(null=True, blank=True)
    about_path = models.CharField(max_length=200, blank=True)
    # Words of a co-development session: never in a mail, a search over everything, or a note (domain.md 8.2.7).
    confidential = models.BooleanField(default=False)

    objects = ChannelQuerySet.as_manager()

    class Meta:
        ordering = ["position", "created_at", "id"]
        verbose_name = _("fil")
        constraints = [
            models.UniqueConstraint(fields=["space"], condition=Q(kind="general"), name="channel_general_once"),
            models.UniqueConstraint(fields=["space", "pair"], condition=Q(kind="direct"), name="channel_direct_once"),
            models.UniqueConstraint(
                fields=["about_kind", "about_id"], condition=Q(kind="about"), name="channel_about_once"
            ),
            models.CheckConstraint(condition=Q(kind="direct") | ~Q(name=""), name="channel_named"),
            models.CheckConstraint(condition=Q(kind="direct") ^ Q(pair=""), name="channel_direct_has_its_pair"),
            models.CheckConstraint(
                condition=Q(kind="about", about_id__isnull=False) | (~Q(kind="about") & Q(about_id__isnull=True)),
                name="channel_about_something",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    def get_absolute_url(self) -> str:
        return reverse("discussions:channel", args=[self.pk])

    @property
    def topic(self) -> str:
        return f"channel:{self.pk}"

    @property
    def is_direct(self) -> bool:
        return self.kind == self.Kind.DIRECT

    def readers(self) -> "models.QuerySet[User]":
        """Who reads it now: `visible_to`, asked from the other side."""
        held = Membership.objects.taking_part().filter(person=OuterRef("pk"))
        if self.space.kind != Space.Kind.NETWORK:
            held = held.filter(space=self.space_id)
        people = get_user_model().objects.filter(Exists(held), is_active=True)
        return people.filter(direct_channels=self) if self.is_direct else people

    def other_than(self, user: "User") -> "User | None":
        """Whom `user` talks with here, when it is a direct message."""
        if not self.is_direct:
            return None
        return next((person for person in self.people.all() if person.pk != user.pk), None)

    def title_for(self, user: "User") -> str:
        """Its name, or the other's in a direct message."""
        other = self.other_than(user)
        return other.name if other else self.name
