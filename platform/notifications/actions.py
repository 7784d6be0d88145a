"""The one decision on how something reaches a person."""

from collections.abc import Collection, Iterable
from functools import partial
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from live.publish import whisper
from notifications import decision
from notifications.models import Notification, PushSubscription, Wishes
from notifications.tasks import send
from spaces.models import Space

#: What it is about, and how a page that shows it says so to `settle`: ("channel", channel.pk), ("note", note.pk)…
About = tuple[str, UUID]


@transaction.atomic
def notify(
    *,
    address: str,
    kind: str,
    facts: dict[str, Any],
    dedupe_key: str,
    language: str = "fr",
    person: User | None = None,
    path: str = "",
    by: User | None = None,
    space: Space | None = None,
    about: About | None = None,
) -> Notification:
    """One letter for one address, once per `dedupe_key`, whatever happens. It leaves after the transaction commits.

    `facts` are ids and names; what they become on paper is decided when the letter leaves (`letters.register`). With
    a `path` it also stands on the page of `person`.
    """
    notification, created = Notification.objects.get_or_create(
        dedupe_key=dedupe_key,
        defaults={
            "address": address.lower(),
            "kind": kind,
            "facts": facts,
            "language": language,
            "person": person,
            "path": path,
            "by": by,
            "space": space,
            "about_kind": about[0] if about else "",
            "about_id": about[1] if about else None,
        },
    )
    if created:
        transaction.on_commit(partial(send.enqueue, str(notification.pk)))
        if person and path:
            _knock([person.pk], fresh=True)
    return notification


def tell(*, person: User, **what: Any) -> None:
    """Have one person know one thing: see `tell_many`."""
    tell_many(people=[person], **what)


@transaction.atomic
def tell_many(
    *,
    people: Iterable[User],
    kind: str,
    path: str,
    facts: dict[str, Any],
    dedupe_key: str,
    by: User | None = None,
    space: Space | None = None,
    about: About | None = None,
    seq: int | None = None,
) -> None:
    """Have each of `people` but `by` know one thing, once per `dedupe_key` and person: the first kind told stands.

    It stands on her page at once, and leaves by mail or in a digest as she wishes, if it is still unread and she may
    still know it. `facts` are ids and names, never words of a message. `about` (and `seq`, its number there) says what
    she opens to have read it: `settle`. Nothing of `space` is shown to who has left it.
    """
    told = [person for person in people if person != by and person.is_active]
    wishes = Wishes.objects.in_bulk([person.pk for person in told])
    now = timezone.now()
    Notification.objects.bulk_create(
        [
            Notification(
                address=person.email,
                person=person,
                kind=kind,
                facts=facts,
                language=person.language,
                dedupe_key=f"{dedupe_key}:{person.pk}",
                created_at=now,
                path=path,
                by=by,
                space=space,
                about_kind=about[0] if about else "",
                about_id=about[1] if about else None,
                about_seq=seq,
                alone=False,
                mail_at=decision.mail_at(kind, now, wishes.get(person.pk) or Wishes(person=person)),
            )
            for person in told
        ],
        ignore_conflicts=True,
    )
    _knock([person.pk for person in told], fresh=True)


def settle(*, person: User, about: tuple[str, Collection[UUID]], up_to: int | None = None) -> int:
    """Mark what `person` was told about these things as read, up to the number `up_to` when given.

    `settle(person=reader, about=("channel", [channel.pk]), up_to=seq)` when a channel is read; how many were unread.
    """
    kind, ids = about
    unread = Notification.objects.unread().filter(person=person, about_kind=kind, about_id__in=ids)
    if up_to is not None:
        unread = unread.filter(about_seq__lte=up_to)
    settled = unread.update(read_at=timezone.now())
    if settled:
        _knock([person.pk], fresh=False)
    return settled


def withdraw(*, about: About, seq: int | None = None) -> None:
    """Forget what was told of a thing, or of one number in it, because it holds no longer."""
    told = Notification.objects.filter(about_kind=about[0], about_id=about[1])
    if seq is not None:
        told = told.filter(about_seq=seq)
    unread = list(told.unread().order_by("person").values_list("person", flat=True).distinct())
    told.delete()
    _knock(unread, fresh=False)


@transaction.atomic
def read(*, person: User, pk: UUID | None = None) -> int:
    """Mark one thing as read, or all; how many were unread."""
    unread = Notification.objects.visible_to(person).unread()
    if pk is not None:
        unread = unread.filter(pk=pk)
    settled = Notification.objects.filter(pk__in=list(unread.values_list("pk", flat=True))).update(
        read_at=timezone.now()
    )
    if settled:
        _knock([person.pk], fresh=False)
    return settled


def wishes_of(person: User) -> Wishes:
    """What `person` wishes, kept or as it is for whoever has said nothing."""
    return Wishes.objects.filter(pk=person.pk).first() or Wishes(person=person)


@transaction.atomic
def wish(*, person: User, **chosen: Any) -> Wishes:
    """Keep how a person wishes to be told, and apply it to what still waits for her."""
    Wishes.objects.get_or_create(person=person)
    wishes = Wishes.objects.select_for_update().get(pk=person.pk)
    for name, value in chosen.items():
        setattr(wishes, name, value)
    wishes.next_digest_at = decision.next_digest(timezone.now(), wishes)
    wishes.save()
    for row in Notification.objects.to_gather().filter(person=person):
        mail_at = decision.mail_at(row.kind, row.created_at, wishes)
        if mail_at != row.mail_at:
            Notification.objects.filter(pk=row.pk).update(mail_at=mail_at)
    return wishes


#: A person's browsers that may be pushed to; the oldest gives way.
MOST_BROWSERS = 10


@transaction.atomic
def allow_push(*, person: User, endpoint: str, p256dh: str, auth: str) -> PushSubscription:
    """Keep the browser that asked: from now on it is this person's, whoever had it before."""
    browser, _made = PushSubscription.objects.update_or_create(
        endpoint=endpoint, defaults={"person": person, "p256dh": p256dh, "auth": auth, "created_at": timezone.now()}
    )
    newest = person.push_subscriptions.order_by("-created_at", "-pk").values_list("pk", flat=True)[:MOST_BROWSERS]
    person.push_subscriptions.exclude(pk__in=list(newest)).delete()
    return browser


def stop_push(*, person: User, pk: int | None = None) -> None:
    """Push no more to one browser of a person, or to any."""
    browsers = person.push_subscriptions.all()
    (browsers if pk is None else browsers.filter(pk=pk)).delete()


def _knock(people: Collection[UUID], *, fresh: bool) -> None:
    """Have the open pages of these people look again, once the transaction is committed: is there something new?"""
    for pk in people:
        transaction.on_commit(partial(whisper, f"person:{pk}", "notice", fresh=fresh), robust=True)
