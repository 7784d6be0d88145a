"""Where a cohort stands: facts counted the same way for the board, for each person and for the sponsor.

Sources: domain.md 6.1 (formulas), 6.4 (what is never shown), 7.5 (K1, K2, K6). Nothing here ranks people, gives a
person a score, or looks at logins, page views or reading.
"""

from cohorts.tracking.attendance import (
    AttendanceTable,
    Cell,
    Line,
    Meeting,
    Presence,
    attendance_table,
    expected_at,
    gather,
    mean_presence,
)
from cohorts.tracking.commitments import FollowUp, own_commitments, shared_commitments
from cohorts.tracking.milestones import MilestoneTable, Standing, milestone_table
from cohorts.tracking.sponsor import SponsorView

__all__ = [
    "AttendanceTable",
    "Cell",
    "FollowUp",
    "Line",
    "Meeting",
    "MilestoneTable",
    "Presence",
    "SponsorView",
    "Standing",
    "attendance_table",
    "expected_at",
    "gather",
    "mean_presence",
    "milestone_table",
    "own_commitments",
    "shared_commitments",
]
