"""Tables of a group and its nine-month journey."""

from cohorts.models.cohorts import CharterAcceptance, Cohort, Enrolment, Partner, PathTemplate
from cohorts.models.enrolment import Application
from cohorts.models.milestones import Milestone, MilestoneDone

__all__ = [
    "Application",
    "CharterAcceptance",
    "Cohort",
    "Enrolment",
    "Milestone",
    "MilestoneDone",
    "Partner",
    "PathTemplate",
]
