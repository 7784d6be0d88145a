"""Tables of dated events and how they unfold."""

from workshops.models.agendas import CrossViewsWorkshop, Segment, Speaker, SynthesisBullet, WorkshopSubgroup
from workshops.models.commitments import Commitment
from workshops.models.events import Attendance, Event

__all__ = [
    "Attendance",
    "Commitment",
    "CrossViewsWorkshop",
    "Event",
    "Segment",
    "Speaker",
    "SynthesisBullet",
    "WorkshopSubgroup",
]
