"""Tables of dated events and how they unfold."""

from workshops.methods import SeatRole, StepId, Variant
from workshops.models.agendas import CrossViewsWorkshop, Segment, Speaker, SynthesisBullet, WorkshopSubgroup
from workshops.models.codev import (
    CodevSession,
    ConsultationContract,
    ContractAnswer,
    Contribution,
    Learning,
    PrivateNote,
    ProcessLog,
    Pulse,
    PulseToken,
    Seat,
    StepRun,
)
from workshops.models.commitments import Commitment
from workshops.models.events import Attendance, Event

__all__ = [
    "Attendance",
    "CodevSession",
    "Commitment",
    "ConsultationContract",
    "ContractAnswer",
    "Contribution",
    "CrossViewsWorkshop",
    "Event",
    "Learning",
    "PrivateNote",
    "ProcessLog",
    "Pulse",
    "PulseToken",
    "Seat",
    "SeatRole",
    "Segment",
    "Speaker",
    "StepId",
    "StepRun",
    "SynthesisBullet",
    "Variant",
    "WorkshopSubgroup",
]
