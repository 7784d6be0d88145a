"""What a sponsor may know: counts and means, never a person (domain.md 6.1, 6.4, 7.5).

The same object feeds the sponsor and the facilitator who looks at the sponsor's page: nothing here depends on who
is asking.
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Organisation
from cohorts.models import Cohort, Milestone
from cohorts.tracking import notes
from cohorts.tracking.attendance import NOBODY, AttendanceTable, attendance_table, mean_presence
from cohorts.tracking.commitments import FollowUp, shared_commitments
from cohorts.tracking.milestones import milestone_table
from reservoir.models import Note, NoteAuthor
from workshops.models import Commitment

#: K1: nothing is said about fewer people than this.
ENOUGH_PEOPLE = 5
#: K2: nor about fewer organisations than this.
ENOUGH_ORGANISATIONS = 3


def out_of(part: int, whole: int, *, unanimous: bool) -> str:
    """« 14 sur 18 »; in a band when all did the same, for the exact figure would then tell what each one did (K6)."""
    if unanimous and part:
        return _("au moins 9 sur 10")
    if unanimous:
        return _("moins de 1 sur 10")
    return _("%(part)d sur %(whole)d") % {"part": part, "whole": whole}


@dataclass(frozen=True)
class MeanAttendance:
    """A2 as the sponsor reads it: « 14 sur 18 en moyenne », over so many meetings."""

    words: str
    meetings: int

    @classmethod
    def of(cls, table: AttendanceTable) -> "MeanAttendance | None":
        """Only meetings where at least five people were noted count; None when nothing may be said (K1)."""
        told = [presence for presence in table.per_meeting if presence.noted >= ENOUGH_PEOPLE]
        people = len(table.lines)
        if not told or people < ENOUGH_PEOPLE:
            return None
        total = sum(told, NOBODY)
        came = mean_presence(total, people)
        return cls(out_of(came, people, unanimous=total.value in (0, total.noted)), len(told))


@dataclass(frozen=True)
class SponsorView:
    """Everything the sponsor's page is made of."""

    organisations: tuple[Organisation, ...]
    people: int | None
    attendance: MeanAttendance | None
    commitments: str | None
    milestones: list[tuple[Milestone, int]] | None
    notes: list[tuple[str, int]] | None

    @classmethod
    def of(cls, cohort: Cohort, now: datetime) -> "SponsorView":
        today = timezone.localdate(now)
        table = attendance_table(cohort, now)
        milestones = milestone_table(cohort, today)
        shared = shared_commitments(cohort)
        written = Note.objects.filter(Q(space=cohort.pk) | Q(space__parent=cohort.pk))
        states = list(written.order_by("pk").values_list("state", flat=True))
        authors = NoteAuthor.objects.filter(note__in=written.values("pk")).values("person").distinct().count()
        organisations = tuple(line.organisation for line in milestones.lines)
        return cls(
            organisations=organisations,
            people=len(table.lines) if len(table.lines) >= ENOUGH_PEOPLE else None,
            attendance=MeanAttendance.of(table),
            commitments=_commitments(shared, today),
            milestones=milestones.per_milestone if len(organisations) >= ENOUGH_ORGANISATIONS else None,
            notes=notes.counts(states) if authors >= ENOUGH_PEOPLE else None,
        )


def _commitments(shared: list[Commitment], today: date) -> str | None:
    """E1 over what was shared and is due, when it comes from enough people."""
    due = [commitment for commitment in shared if commitment.due <= today]
    if len({commitment.person_id for commitment in due}) < ENOUGH_PEOPLE:
        return None
    ratio = FollowUp.of(due, today)
    return out_of(ratio.reported, ratio.due, unanimous=ratio.reported in (0, ratio.due))
