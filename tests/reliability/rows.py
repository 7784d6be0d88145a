"""Rows of a cluster, made and read in a process of its own: `python -m tests.reliability.rows make 20`."""

import json
import os
import sys
from importlib import import_module
from typing import Any
from uuid import uuid4


def prepare() -> None:
    """The tables, and the files that pages name: servers of production have both before they start."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)


def make(count: int) -> dict[str, Any]:
    """A cohort with two channels, its facilitator and `count` participants, all signed in."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.db import transaction

    from spaces.models import Role
    from tests.factories import MembershipFactory, OrganisationFactory, SpaceFactory, UserFactory
    from tests.factories.discussions import ChannelFactory

    store = import_module(settings.SESSION_ENGINE).SessionStore

    def signed_in(user: Any) -> str:
        session = store()
        session[SESSION_KEY] = str(user.pk)
        session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
        session[HASH_SESSION_KEY] = user.get_session_auth_hash()
        session.create()
        return session.session_key

    with transaction.atomic():
        space, organisation = SpaceFactory(), OrganisationFactory()
        channels = [ChannelFactory(space=space, name=f"Fil {uuid4().hex[:6]}") for _ in range(2)]
        people = []
        for number in range(count + 1):
            user = UserFactory(email=f"{uuid4()}@exemple.fr", organisation=organisation)
            role = Role.PARTICIPANT if number else Role.FACILITATOR
            MembershipFactory(space=space, person=user, role=role)
            people.append({"person": str(user.pk), "session": signed_in(user)})
    return {
        "space": str(space.pk),
        "channels": [str(channel.pk) for channel in channels],
        "facilitator": people[0],
        "people": people[1:],
        "cookies": {"session": settings.SESSION_COOKIE_NAME, "csrf": settings.CSRF_COOKIE_NAME},
    }


def read(channel: str) -> dict[str, Any]:
    """Every message of a channel, and every event of its log."""
    from django.utils.html import strip_tags

    from discussions.models import Channel
    from live.models import LiveEvent

    found = Channel.objects.get(pk=channel)
    rows = found.messages.order_by("seq").values_list("seq", "pk", "client_id", "author", "body")
    events = LiveEvent.objects.filter(topic__name=found.topic).order_by("seq").values_list("seq", "kind", "facts")
    return {
        "messages": [[seq, *map(str, ids), strip_tags(body).strip()] for seq, *ids, body in rows],
        "events": [[seq, kind, facts.get("message")] for seq, kind, facts in events],
    }


def remove(space: str, *people: str) -> None:
    """Take people out of a space, as if each had left: from a process that serves no page."""
    from accounts.models import User
    from spaces.actions import remove_member
    from spaces.models import Space

    for user in User.objects.filter(pk__in=people).order_by("pk"):
        remove_member(space=Space.objects.get(pk=space), person=user, by=user)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    import_module("django").setup()
    act, *arguments = sys.argv[1:]
    made = {"prepare": prepare, "make": lambda count: make(int(count)), "read": read, "remove": remove}[act](*arguments)
    sys.stdout.write(json.dumps(made))
