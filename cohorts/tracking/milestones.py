"""Which organisation brought what, by when."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Organisation
from cohorts.models import Cohort, Enrolment, Milestone, MilestoneDone
from cohorts.tracking.words import alphabetical
from ui.typography import date_alone


@dataclass(frozen=True)
class Standing:
    """One milestone for one organisation. Only a dated, required deliverable can be late."""

    milestone: Milestone
    done_on: date | None
    state: str  # done | late | expected | open

    @classmethod
    def of(cls, milestone: Milestone, done: MilestoneDone | None, today: date) -> "Standing":
        if done is not None:
            return cls(milestone, timezone.localdate(done.done_at), "done")
        if milestone.due >= today:
            return cls(milestone, None, "expected")
        return cls(milestone, None, "late" if milestone.required else "open")

    @property
    def day(self) -> str:
        """The day it was done, or by which it is awaited."""
        return date_alone(self.done_on or self.milestone.due)

    @property
    def words(self) -> str:
        if self.state == "done":
            return _("fait le %(day)s") % {"day": self.day}
        if self.state == "late":
            return _("en retard : attendu pour le %(day)s") % {"day": self.day}
        if self.state == "expected":
            return _("attendu pour le %(day)s") % {"day": self.day}
        return _("pas encore, sans obligation")


@dataclass(frozen=True)
class OrganisationLine:
    organisation: Organisation
    standings: tuple[Standing, ...]


@dataclass(frozen=True)
class MilestoneTable:
    """Milestones across, organisations down in alphabetical order."""

    milestones: tuple[Milestone, ...]
    lines: tuple[OrganisationLine, ...]
    today: date

    def count(self, state: str) -> int:
        return sum(1 for line in self.lines for standing in line.standings if standing.state == state)

    @property
    def late(self) -> int:
        return self.count("late")

    @property
    def awaited(self) -> int:
        """How many (milestone, organisation) pairs were due by today."""
        due = [index for index, milestone in enumerate(self.milestones) if milestone.due <= self.today]
        return len(due) * len(self.lines)

    @property
    def reached(self) -> int:
        """Of those that were due by today, how many are done."""
        return sum(
            1
            for line in self.lines
            for standing in line.standings
            if standing.state == "done" and standing.milestone.due <= self.today
        )

    @property
    def per_milestone(self) -> list[tuple[Milestone, int]]:
        return [
            (milestone, sum(1 for line in self.lines if line.standings[index].state == "done"))
            for index, milestone in enumerate(self.milestones)
        ]


def milestone_table(cohort: Cohort, today: date, *, among: Collection[uuid.UUID] | None = None) -> MilestoneTable:
    """Milestones of the cohort for its organisations, or for those `among` these ids. Three queries."""
    milestones = tuple(Milestone.objects.filter(cohort=cohort).order_by("due", "pk"))
    enrolments = Enrolment.objects.filter(cohort=cohort).select_related("organisation__territory").order_by("pk")
    marks = MilestoneDone.objects.filter(milestone__cohort=cohort).order_by("pk")
    if among is not None:
        enrolments, marks = enrolments.filter(organisation__in=among), marks.filter(organisation__in=among)
    done = {(mark.milestone_id, mark.organisation_id): mark for mark in marks}
    organisations = sorted(
        (enrolment.organisation for enrolment in enrolments),
        key=lambda organisation: (alphabetical(organisation.name), str(organisation.pk)),
    )
    lines = tuple(
        OrganisationLine(
            organisation,
            tuple(Standing.of(milestone, done.get((milestone.pk, organisation.pk)), today) for milestone in milestones),
        )
        for organisation in organisations
    )
    return MilestoneTable(milestones, lines, today)
