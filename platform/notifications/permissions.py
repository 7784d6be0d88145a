"""Questions about what people are told."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from accounts.models import User


def may_hear_person(user: "User", person_id: str) -> bool:
    """The guard of the topics `person:<id>`: her own pages only."""
    return str(user.pk) == person_id
