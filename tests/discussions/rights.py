"""Who may do what with talk: those who take part, and nobody else."""

from collections.abc import Callable
from uuid import uuid4

from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile

from discussions.actions import open_direct, open_general, post_message
from discussions.actions.moderation import hide_message, report_message
from discussions.models import File
from spaces.models import Space
from tests.factories import SpaceFactory
from tests.factories.discussions import ChannelFactory, FileFactory
from tests.house.world import Row, Statuses, World

#: Where the bytes of the world's files are, in the folder of each test.
STORED = {"content": "discussions/content", "preview": "discussions/preview"}


def furnish(world: World) -> None:
    world.channel = ChannelFactory(space=world.cohort_space)
    world.message = post_message(
        channel=world.channel, author=world.participant, body="<p>Bonjour</p>", client_id=uuid4()
    )
    world.network = SpaceFactory(kind=Space.Kind.NETWORK, name="Réseau des pionniers")
    world.network_channel = open_general(space=world.network)
    world.direct = open_direct(by=world.participant, other=world.mate)
    world.hidden = post_message(
        channel=world.channel, author=world.participant, body="<p>Trop loin</p>", client_id=uuid4()
    )
    hide_message(message=world.hidden, by=world.facilitator, reason="Une personne y est nommée.")
    world.reported = post_message(
        channel=world.channel, author=world.participant, body="<p>À voir</p>", client_id=uuid4()
    )
    report_message(message=world.reported, by=world.mate, reason="Est-ce bien le lieu ?")
    world.file = FileFactory(channel=world.channel, message=world.message, owner=world.participant, **STORED)
    world.waiting_file = FileFactory(channel=world.channel, owner=world.participant, **STORED)


READERS = {"visitor": 302, "participant": 200, "facilitator": 200, "co_facilitator": 200, "rest": 404}
WRITERS = {"visitor": 302, "participant": 302, "facilitator": 302, "co_facilitator": 302, "rest": 404}
OWNER = {"visitor": 302, "participant": 200, "rest": 404}


#: Nobody but its author changes the words of a message.
AUTHOR = {"visitor": 302, "participant": 200, "facilitator": 403, "co_facilitator": 403, "rest": 404}
AUTHOR_WRITES = AUTHOR | {"participant": 302}


def _stored(file: File) -> dict[str, object]:
    for stored in (file.content, file.preview):
        if not stored.storage.exists(stored.name):
            stored.storage.save(stored.name, ContentFile(b"bytes"))
    return {"pk": file.pk}


def _message(world: World) -> dict[str, object]:
    return {"pk": world.channel.pk, "message": world.message.pk}


def _of(name: str) -> Callable[[World], dict[str, object]]:
    return lambda world: {"pk": world.channel.pk, "message": getattr(world, name).pk}


def _words(world: World) -> dict[str, object]:
    return {"reason": "Une personne absente y est nommée."}


#: Readers but the author.
OTHERS: Statuses = {"visitor": 302, "participant": 403, "facilitator": 200, "co_facilitator": 200, "rest": 404}
MODERATORS: Statuses = OTHERS
MODERATORS_ON_REPORT: Statuses = OTHERS | {"admin": 200}


#: Whoever is signed in: the page shows what she reads, were it nothing.
SIGNED_IN: Statuses = {"visitor": 302, "rest": 200}
KEEPERS: Statuses = {"visitor": 302, "participant": 403, "facilitator": 200, "co_facilitator": 200, "rest": 404}


def _space(world: World) -> dict[str, object]:
    return {"pk": world.cohort_space.pk}


def _network(world: World) -> dict[str, object]:
    return {"pk": world.network.pk}


def _channel(world: World) -> dict[str, object]:
    return {"pk": world.channel.pk}


def _led_on(statuses: Statuses) -> Statuses:
    return {actor: 302 if status == 200 else status for actor, status in statuses.items()}


CHANNEL = {"name": "Covoiturage", "description": "Qui part d’où."}

ROWS = [
    Row("discussions:all", get=SIGNED_IN),
    Row("discussions:read_all", post={"rest": 302}),
    Row("discussions:settings", _space, get=KEEPERS),
    Row("discussions:settings", _network, get={"visitor": 302, "admin": 200, "rest": 404}, label="network"),
    Row("discussions:create", _space, post=_led_on(KEEPERS), data=lambda w: CHANNEL),
    Row("discussions:change", _channel, get=KEEPERS, post=_led_on(KEEPERS), data=lambda w: CHANNEL),
    Row("discussions:move", _channel, post=_led_on(KEEPERS), data=lambda w: {"to": "up"}),
    Row("discussions:archive", _channel, post=_led_on(KEEPERS), data=lambda w: {"to": "archive"}),
    Row(
        "discussions:channel",
        lambda w: {"pk": w.network_channel.pk},
        get={"visitor": 302, "participant": 200, "other": 200, "facilitator": 200, "co_facilitator": 200, "rest": 404},
        label="network",
    ),
    Row(
        "discussions:channel",
        lambda w: {"pk": w.direct.pk},
        get={"visitor": 302, "participant": 200, "rest": 404},
        label="direct",
    ),
    Row(
        "discussions:direct",
        lambda w: {"person": w.mate.pk},
        get={"participant": 302, "other": 200, **dict.fromkeys(("facilitator", "co_facilitator"), 200)}
        | {"visitor": 302, "rest": 404},
        post=WRITERS | {"other": 302},
    ),
    Row("discussions:read", _channel, post=WRITERS, data=lambda w: {"seq": 1}),
    Row("discussions:unread", _message, post=WRITERS),
    Row("discussions:level", _channel, post=WRITERS, data=lambda w: {"level": "nothing"}),
    Row("discussions:draft", _channel, post=WRITERS, data=lambda w: {"body": "Bonj"}),
    Row(
        "discussions:typing",
        _channel,
        post={"visitor": 302, "participant": 204, "facilitator": 204, "co_facilitator": 204, "rest": 404},
    ),
    # The participant has a conversation as well, so a list; the others are led to their only channel.
    Row("discussions:of_space", _space, get=WRITERS | {"participant": 200}),
    Row("discussions:channel", lambda w: {"pk": w.channel.pk}, get=READERS),
    Row(
        "discussions:post",
        lambda w: {"pk": w.channel.pk},
        post=WRITERS,
        data=lambda w: {"body": "Bonjour", "client_id": uuid4()},
    ),
    Row("discussions:message", _message, get=READERS),
    Row("discussions:history", _message, get=READERS),
    Row("discussions:edit", _message, get=AUTHOR, post=AUTHOR_WRITES, data=lambda w: {"body": "Bonsoir"}),
    Row("discussions:react", _message, post=WRITERS, data=lambda w: {"sign": "thanks", "on": "1"}),
    Row("discussions:pin", _message, post=WRITERS | {"participant": 403}, data=lambda w: {"on": "1"}),
    Row("discussions:save", _message, post=WRITERS, data=lambda w: {"on": "1"}),
    Row("discussions:follow", _message, post=WRITERS, data=lambda w: {"on": "1"}),
    Row("discussions:pinned", lambda w: {"pk": w.channel.pk}, get=READERS),
    Row("discussions:people", lambda w: {"pk": w.channel.pk}, get=READERS, query=lambda w: {"q": "pa"}),
    Row("discussions:saved", get=SIGNED_IN),
    Row("discussions:remove", _message, get=READERS, post=WRITERS),
    Row(
        "discussions:upload",
        lambda w: {"pk": w.channel.pk},
        post={"visitor": 302, "participant": 201, "facilitator": 201, "co_facilitator": 201, "rest": 404},
        data=lambda w: {"upload": SimpleUploadedFile("notes.txt", b"Bonjour")},
    ),
    Row("discussions:file", lambda w: _stored(w.file), get=READERS),
    Row("discussions:preview", lambda w: _stored(w.file), get=READERS),
    Row("discussions:file", lambda w: _stored(w.waiting_file), get=OWNER, label="not sent"),
    Row(
        "discussions:discard",
        lambda w: {"pk": w.waiting_file.pk},
        post={"visitor": 302, "participant": 204, "rest": 404},
    ),
    Row("discussions:report", _message, get=OTHERS, post=_led_on(OTHERS), data=_words),
    Row("discussions:hide", _message, get=MODERATORS, post=_led_on(MODERATORS), data=_words),
    Row("discussions:hide", _of("reported"), get=MODERATORS_ON_REPORT, label="reported"),
    Row("discussions:restore", _of("hidden"), post=_led_on(MODERATORS)),
    Row("discussions:keep", _of("reported"), post=_led_on(MODERATORS_ON_REPORT)),
    Row(
        "discussions:hidden",
        _of("hidden"),
        get={"visitor": 302, "participant": 200, "rest": 404},
        post={"visitor": 302, "participant": 302, "rest": 404},
        data=lambda w: {"words": "Elle était là."},
    ),
    Row(
        "discussions:reports",
        lambda w: {"pk": w.cohort_space.pk},
        get={"visitor": 302, "facilitator": 200, "co_facilitator": 200, "admin": 200, "rest": 404},
    ),
]
