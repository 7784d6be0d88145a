"""Who may do what with talk: those who take part, and nobody else."""

from uuid import uuid4

from discussions.actions import post_message
from tests.factories.discussions import ChannelFactory
from tests.house.world import Row, World


def furnish(world: World) -> None:
    world.channel = ChannelFactory(space=world.cohort_space)
    world.message = post_message(
        channel=world.channel, author=world.participant, body="<p>Bonjour</p>", client_id=uuid4()
    )


READERS = {"visitor": 302, "participant": 200, "facilitator": 200, "co_facilitator": 200, "rest": 404}
WRITERS = {"visitor": 302, "participant": 302, "facilitator": 302, "co_facilitator": 302, "rest": 404}


def _message(world: World) -> dict[str, object]:
    return {"pk": world.channel.pk, "message": world.message.pk}


ROWS = [
    Row("discussions:of_space", lambda w: {"pk": w.cohort_space.pk}, get=WRITERS, label="one channel"),
    Row("discussions:channel", lambda w: {"pk": w.channel.pk}, get=READERS),
    Row(
        "discussions:post",
        lambda w: {"pk": w.channel.pk},
        post=WRITERS,
        data=lambda w: {"body": "Bonjour", "client_id": uuid4()},
    ),
    Row("discussions:remove", _message, get=READERS, post=WRITERS),
]
