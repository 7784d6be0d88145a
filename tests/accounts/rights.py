"""Who may do what with people's own pages."""

from allauth.usersessions.models import UserSession
from django.core.files.base import ContentFile

from tests.house.world import Row, World


def furnish(world: World) -> None:
    world.participant.picture = "portraits/moi.webp"
    world.participant.save(update_fields=["picture"])
    world.device = UserSession.objects.create(
        user=world.participant, ip="192.0.2.1", session_key="autre", user_agent="Firefox"
    )


def portrait(world: World) -> dict[str, str]:
    """Its address; the file is put again, since each test has its own folder."""
    file = world.participant.picture
    if not file.storage.exists(file.name):
        file.storage.save(file.name, ContentFile(b"RIFF"))
    return {"name": file.name.rpartition("/")[2]}


PROFILE = {"display_name": "Camille", "function": "", "organisation": "", "about": "", "language": "fr"}
ROWS = [
    Row(
        "accounts:profile",
        get={"visitor": 302, "rest": 200},
        post={"rest": 302},
        data=lambda w: PROFILE,
    ),
    Row(
        "accounts:organisation",
        get={"visitor": 302, "rest": 200},
        post={"rest": 302},
        data=lambda w: {"name": "Les voisins", "kind": "association"},
    ),
    Row(
        "accounts:end_session",
        lambda w: {"pk": w.device.pk},
        post={"visitor": 302, "participant": 302, "rest": 404},
    ),
    Row(
        "accounts:picture",
        portrait,
        # Whoever holds a role somewhere sees the faces of others.
        get={"visitor": 302, "outsider": 404, "former": 404, "admin": 404, "rest": 200},
    ),
    Row(
        "accounts:territories",
        get={"rest": 200},
        query=lambda w: {"q": "saint", "kind": "commune"},
    ),
]
