"""Who is taken out of a space finds nothing of its channels any more: on no page, in no search, in no letter."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from discussions.actions import post_message
from discussions.actions.files import take_file
from discussions.actions.reactions import keep_for_later
from discussions.models import Channel
from notifications.gathering import gather_all
from notifications.round import go_round
from spaces.actions import remove_member
from tests.house.world import World, rows

#: In the name of a channel, its purpose, its messages, and the names of its files.
CANARY = "zosterelle"


@pytest.fixture
def channel(world: World, django_capture_on_commit_callbacks) -> Channel:
    """A channel in which everything says the word, and names the participant."""
    channel: Channel = world.channel
    channel.name, channel.description = f"Le fil {CANARY}", f"On y parle de {CANARY}"
    channel.save(update_fields=["name", "description"])
    with django_capture_on_commit_callbacks(execute=True):
        upload = SimpleUploadedFile(f"{CANARY}.csv", b"nom;ville\nAnne;Nantes\n")
        file = take_file(channel=channel, owner=world.facilitator, upload=upload)
        words = {"channel": channel, "author": world.facilitator, "named": [world.participant.pk]}
        first = post_message(
            **words, body=f"<p>Voici une {CANARY} pour Pascale</p>", client_id=uuid4(), files=[file.pk]
        )
        post_message(**words, body=f"<p>Encore une {CANARY}</p>", client_id=uuid4(), thread=first)
        keep_for_later(message=first, by=world.participant, on=True)
    world.told, world.given = first, file
    return channel


def pages(world: World) -> list[str]:
    """Every page of the table of rights, and those that are about the channel whatever the table says."""
    found = [(row.url(world), row.query(world)) for row in rows() if row.get]
    message = {"pk": world.channel.pk, "message": world.told.pk}
    for route in ("message", "history", "report", "remove", "edit", "hidden"):
        found.append((reverse(f"discussions:{route}", kwargs=message), {}))
    for route in ("file", "preview"):
        found.append((reverse(f"discussions:{route}", args=[world.given.pk]), {}))
    found.append((reverse("discussions:pinned", args=[world.channel.pk]), {}))
    for words in (CANARY, f"dans:{CANARY}", f"{CANARY}.csv", "Pascale"):
        found.append((reverse("home:search"), {"q": words}))
        found += [(reverse("home:search"), {"q": words, "quoi": kind}) for kind in ("messages", "message", "file")]
    topic = {"topic": world.channel.topic, "after": "0", "epoch": "0"}
    found.append((reverse("live:events"), topic))
    return [f"{path}?{'&'.join(f'{name}={value}' for name, value in query.items())}" for path, query in found]


def saying(world: World, asked: list[str]) -> list[str]:
    """Those of the pages on which the participant reads the word, beyond what she has just asked for."""
    client = world.client("participant")
    told = []
    for page in asked:
        answer = client.get(page)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        words = body.decode(errors="replace") + answer.get("Content-Disposition", "")
        if "q=" in page:  # the box repeats what was asked
            words = words.replace(page.rpartition("q=")[2].partition("&")[0], "")
            said = "Voici une" in words or "Encore une" in words or "Le fil" in words or ".csv" in words
        else:
            said = CANARY in words
        if said:
            told.append(page.partition("?")[0])
    return told


def letters_to(world: World) -> list[str]:
    """What the participant is mailed within a fortnight, her digests among it."""
    gather_all()
    later = timezone.localtime() + timedelta(days=14)
    gather_all((later + timedelta(days=(1 - later.weekday()) % 7)).replace(hour=14))  # a Tuesday, nobody sleeps
    mail.outbox.clear()
    go_round()
    mine = [letter for letter in mail.outbox if world.participant.email in letter.to]
    return [f"{letter.subject}\n{letter.body}\n{letter.alternatives}" for letter in mine]


@pytest.mark.usefixtures("channel")
def test_a_former_member_finds_the_word_on_no_page(world):
    everything = pages(world)
    telling = [reverse(f"discussions:{name}") for name in ("all", "saved")]
    telling += [reverse("notifications:list"), reverse("home:search"), reverse("live:events")]
    telling += [
        reverse("discussions:channel", args=[world.channel.pk]),
        reverse("discussions:file", args=[world.given.pk]),
    ]
    before = saying(world, [page for page in everything if page.partition("?")[0] in telling])
    assert set(before) == set(telling)
    for space in (world.peer_group, world.cohort_space):
        remove_member(space=space, person=world.participant, by=world.facilitator)
    assert saying(world, everything) == []


@pytest.mark.usefixtures("channel")
def test_a_former_member_is_written_nothing_of_it(world):
    remove_member(space=world.cohort_space, person=world.participant, by=world.facilitator)
    assert [letter for letter in letters_to(world) if CANARY in letter] == []


@pytest.mark.usefixtures("channel")
def test_a_member_is_written_of_it(world):
    assert any(CANARY in letter for letter in letters_to(world))
