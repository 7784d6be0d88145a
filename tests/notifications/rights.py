"""Who may do what with what people are told: each with her own, and the mailed way out with its token alone."""

from notifications.actions import tell
from notifications.models import Notification
from notifications.unsubscribing import token_of
from tests.house.world import ACTORS, Row, World

EVERYONE = {"visitor": 302, "rest": 200}
WRITERS = {"visitor": 302, "rest": 302}


def furnish(world: World) -> None:
    for actor in ACTORS[1:]:
        tell(person=world.person(actor), kind="note_consent", path="/", facts={"note": ""}, dedupe_key="rights")
    world.told = Notification.objects.get(person=world.participant)


def _token(world: World) -> dict[str, str]:
    return {"token": token_of(world.participant.pk)}


ROWS = [
    Row("notifications:list", get=EVERYONE),
    Row("notifications:fresh", get=EVERYONE),
    Row("notifications:read", lambda w: {"pk": w.told.pk}, post=WRITERS),  # of somebody else: nothing happens
    Row("notifications:read_all", post=WRITERS),
    Row(
        "notifications:settings",
        get=EVERYONE,
        post=WRITERS,
        data=lambda w: {
            "mail": "on",
            "personal": "mail",
            "channels": "digest",
            "events": "mail",
            "waiting": "page",
            "digest": "daily",
            "digest_day": "0",
            "quiet_from": "20:00",
            "quiet_until": "08:00",
            "time_zone": "Indian/Reunion",
        },
    ),
    Row("notifications:allow_push", post={"visitor": 302, "rest": 404}),  # no key here: tests/notifications
    Row("notifications:stop_push", post=WRITERS),
    Row(
        "notifications:unsubscribe",
        _token,
        get={"rest": 200},
        post={"rest": 200},
        data=lambda w: {"List-Unsubscribe": "One-Click"},
        own_proof="mail programs post here without having read a page (RFC 8058): the token is the whole right",
    ),
    Row("notifications:service_worker", get={"rest": 200}),
]
