"""Every write to a cohort, its enrolment and its calendar."""

from cohorts.actions.creation import create_cohort, load_template, move_cohort
from cohorts.actions.enrolment import apply, decide, invite_to_cohort
from cohorts.actions.membership import PeerGroup, accept_charter, make_peer_group
from cohorts.actions.refusals import (
    AlreadyApplied,
    AlreadyDecided,
    CohortFull,
    NotAMember,
    NotOpen,
    Refused,
    StartsInThePast,
    TemplateChanged,
    WrongMove,
)

__all__ = [
    "AlreadyApplied",
    "AlreadyDecided",
    "CohortFull",
    "NotAMember",
    "NotOpen",
    "PeerGroup",
    "Refused",
    "StartsInThePast",
    "TemplateChanged",
    "WrongMove",
    "accept_charter",
    "apply",
    "create_cohort",
    "decide",
    "invite_to_cohort",
    "load_template",
    "make_peer_group",
    "move_cohort",
]
