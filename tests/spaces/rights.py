"""Who may open the door of an invitation: whoever received it, and nobody who is signed in as somebody else."""

from uuid import uuid4

from spaces.actions import invite
from spaces.models import Role
from tests.house.world import Row, World


def furnish(world: World) -> None:
    world.invitation = invite(
        space=world.cohort_space, email="jeanne@exemple.fr", role=Role.PARTICIPANT, by=world.facilitator
    )


ROWS = [
    Row(
        "spaces:invitation",
        lambda w: {"token": w.invitation.token},
        get={"visitor": 200, "rest": 403},
        post={"visitor": 302, "rest": 403},
        data=lambda w: {"client_id": uuid4()},
    ),
    Row(
        "spaces:invitation",
        lambda w: {"token": w.invitation.token + "x"},
        get={"rest": 404},
        post={"rest": 404},
        label="wrong link",
    ),
]
