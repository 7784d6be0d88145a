"""What facilitators note down, cleaned."""

import uuid
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cohorts.models import Milestone
from cohorts.tracking.attendance import WEIGHTS
from workshops.models import Attendance

State = Attendance.State
CAME = [
    (State.PRESENT, _("présent·e")),
    (State.PARTIAL, _("en partie")),
    (State.EXCUSED, _("absence annoncée")),
    (State.ABSENT, _("absent·e")),
    ("", _("pas encore noté")),
]


class AttendanceForm(forms.Form):
    """One question per person expected at an event."""

    def __init__(
        self, data: Any = None, *, people: Sequence[User], known: dict[uuid.UUID, str], **options: Any
    ) -> None:
        super().__init__(data, **options)
        self.names = {person.pk: f"person-{person.pk}" for person in people}
        for person in people:
            before = known.get(person.pk, "")
            self.fields[self.names[person.pk]] = forms.ChoiceField(
                label=person.name,
                help_text=_("Présence annoncée.") if before == State.CONFIRMED else "",
                choices=CAME,
                initial=before if before in WEIGHTS else "",
                required=False,
                widget=forms.RadioSelect,
            )

    @property
    def states(self) -> dict[uuid.UUID, str]:
        """What was said of each person. A person whose question was not sent back is left out."""
        return {person: self.cleaned_data[name] for person, name in self.names.items() if name in self.data}


class MilestoneForm(forms.Form):
    """Which organisations reached a milestone."""

    organisations = forms.TypedMultipleChoiceField(
        label=_("Organisations qui ont franchi cette étape"),
        coerce=uuid.UUID,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, data: Any = None, *, milestone: Milestone, **options: Any) -> None:
        super().__init__(data, **options)
        enrolments = milestone.cohort.enrolments.select_related("organisation").order_by("organisation__name", "pk")
        self.fields["organisations"].choices = [  # type: ignore[attr-defined]
            (str(enrolment.organisation_id), enrolment.organisation.name) for enrolment in enrolments
        ]
        self.initial.setdefault(
            "organisations",
            [str(pk) for pk in milestone.done.order_by("pk").values_list("organisation", flat=True)],
        )
