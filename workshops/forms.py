"""What people write at an event and in a session, cleaned. A form never decides who may."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from workshops.methods import SeatRole, Variant
from workshops.models import CodevSession, Commitment, ConsultationContract, Contribution, Event, Learning, Pulse

_NO_ONE_ABSENT = _("N’écrivez rien sur la santé, les opinions ou la vie privée de quiconque.")


def _area(rows: int, **attrs: str) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows, **attrs})


class MoveForm(forms.Form):
    """When and where an event takes place now, on the clock of the platform."""

    day = forms.DateField(label=_("Date"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    begins = forms.TimeField(label=_("De"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    ends = forms.TimeField(label=_("À"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    place = forms.CharField(label=_("Lieu"), max_length=160, required=False)

    def __init__(self, data: Any = None, *, event: Event) -> None:
        starts, ends = timezone.localtime(event.starts_at), timezone.localtime(event.ends_at)
        initial = {"day": starts.date(), "begins": starts.time(), "ends": ends.time(), "place": event.place}
        super().__init__(data, initial=initial)

    def moved(self) -> dict[str, Any]:
        facts = self.cleaned_data
        zone = timezone.get_current_timezone()
        return {
            "starts_at": datetime.combine(facts["day"], facts["begins"], zone),
            "ends_at": datetime.combine(facts["day"], facts["ends"], zone),
            "place": facts["place"],
        }


class QuestionForm(forms.Form):
    prefix = "question"
    text = forms.CharField(
        label=_("Ma question"),
        help_text=_("Une phrase qui commence par « Comment… ». Le groupe la lit à partir de l’exposé."),
        max_length=300,
        widget=_area(2),
    )


class ContractForm(forms.Form):
    prefix = "contract"
    OPENING = _("J’aimerais que vous m’aidiez à")
    text = forms.CharField(
        label=_("Ma demande, en une phrase"),
        help_text=_("« J’aimerais que vous m’aidiez à… »"),
        max_length=300,
        widget=_area(3),
    )
    forms_of_help = forms.MultipleChoiceField(
        label=_("Ce qui m’aiderait"),
        choices=ConsultationContract.Help,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        if text.strip(" .…") == str(self.OPENING):
            raise forms.ValidationError(_("Terminez la phrase : à quoi le groupe peut-il vous aider ?"))
        return text


class AnswerForm(forms.Form):
    prefix = "answer"
    version = forms.IntegerField(widget=forms.HiddenInput)
    missing = forms.CharField(label=_("Ce qui me manque pour aider"), max_length=300, widget=_area(2), required=False)
    yes = forms.BooleanField(required=False, widget=forms.HiddenInput)  # the button that was pressed

    def clean(self) -> dict[str, Any] | None:
        data = super().clean()
        if data is not None and not data.get("yes") and not data.get("missing") and "missing" not in self.errors:
            self.add_error("missing", _("Dites en quelques mots ce qui vous manque."))
        return data


class ContributionForm(forms.Form):
    prefix = "contribution"
    kind = forms.ChoiceField(
        label=_("J’apporte"),
        choices=[
            (Contribution.Kind.EXPERIENCE, _("Du vécu")),
            (Contribution.Kind.IDEA, _("Une piste")),
            (Contribution.Kind.RESOURCE, _("Une ressource")),
        ],
        widget=forms.RadioSelect,
        initial=Contribution.Kind.EXPERIENCE,
    )
    text = forms.CharField(label=_("En une ou deux phrases"), max_length=600, widget=_area(4), help_text=_NO_ONE_ABSENT)
    to_group = forms.BooleanField(
        label=_("Montrer aussi au groupe"),
        help_text=_("Sinon, seule la personne cliente le lit."),
        required=False,
    )


class NoteForm(forms.Form):
    prefix = "note"
    text = forms.CharField(label=_("Mes notes privées"), max_length=10_000, widget=_area(5), required=False)


class CommitmentForm(forms.ModelForm[Commitment]):
    prefix = "commitment"

    class Meta:
        model = Commitment
        fields = ["what", "first_step", "due", "obstacle", "plan", "visibility"]
        widgets = {
            "what": forms.Textarea(attrs={"rows": 2, "maxlength": 140}),
            "due": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "visibility": forms.RadioSelect,
        }
        labels = {"obstacle": _("Si… (ce qui pourrait m’en empêcher)"), "plan": _("alors… (ce que je ferai)")}

    def clean_due(self) -> Any:
        due = self.cleaned_data["due"]
        if due < timezone.localdate():
            raise forms.ValidationError(_("Cette date est passée."))
        return due


class LearningForm(forms.Form):
    prefix = "learning"
    text = forms.CharField(label=_("Pour ma propre pratique"), max_length=600, widget=_area(3), required=False)
    scope = forms.ChoiceField(
        label=_("Qui le lit"), choices=Learning.Scope, widget=forms.RadioSelect, initial=Learning.Scope.SELF
    )


_ONE_TO_FOUR = [(str(n), str(n)) for n in range(1, 5)]


class PulseForm(forms.Form):
    prefix = "pulse"
    useful = forms.TypedChoiceField(
        label=_("Utile pour ma pratique"),
        help_text=_("1 : pas du tout, 4 : tout à fait"),
        choices=_ONE_TO_FOUR,
        coerce=int,
        widget=forms.RadioSelect,
    )
    spoke = forms.TypedChoiceField(
        label=_("J’ai pu m’exprimer"),
        help_text=_("1 : pas du tout, 4 : tout à fait"),
        choices=_ONE_TO_FOUR,
        coerce=int,
        widget=forms.RadioSelect,
    )
    pace = forms.ChoiceField(label=_("Le rythme"), choices=Pulse.Pace, widget=forms.RadioSelect)
    keep = forms.CharField(label=_("On garde"), max_length=140, required=False)
    change = forms.CharField(label=_("On change"), max_length=140, required=False)


class OutcomeForm(forms.Form):
    outcome = forms.ChoiceField(label=_("Où en êtes-vous ?"), choices=Commitment.Outcome, widget=forms.RadioSelect)
    learned = forms.CharField(label=_("Ce que j’ai appris"), max_length=300, widget=_area(3), required=False)


class ClientIdForm(forms.Form):
    """The id a page made for what it sends, so that sending it twice is harmless."""

    client_id = forms.UUIDField()


class SeatsForm(forms.Form):
    """Who sits where: one choice a person of the group."""

    NOT_HERE = ""
    variant = forms.ChoiceField(label=_("Déroulé"), choices=Variant, widget=forms.RadioSelect)

    def __init__(
        self, *args: Any, people: list[User], session: CodevSession | None = None, facilitators: set[UUID], **more: Any
    ) -> None:
        super().__init__(*args, **more)
        self.people = people
        seats = {seat.person_id: seat.role for seat in session.all_seats} if session else {}
        self.fields["variant"].initial = session.variant if session else Variant.STANDARD
        for person in people:
            usual = SeatRole.FACILITATOR if person.pk in facilitators else SeatRole.CONSULTANT
            self.fields[self.name_of(person)] = forms.ChoiceField(
                label=person.name,
                choices=[(self.NOT_HERE, _("ne participe pas")), *SeatRole.choices],
                initial=seats.get(person.pk, self.NOT_HERE if session else usual),
                required=False,
            )

    @staticmethod
    def name_of(person: User) -> str:
        return f"seat-{person.pk}"

    @property
    def seats(self) -> list[forms.BoundField]:
        return [self[self.name_of(person)] for person in self.people]

    def clean(self) -> dict[str, Any] | None:
        data = super().clean() or {}
        by_role: dict[str, list[User]] = {role: [] for role in SeatRole.values}
        for person in self.people:
            if role := data.get(self.name_of(person)):
                by_role[role].append(person)
        if len(by_role[SeatRole.CLIENT]) != 1:
            self.add_error(None, _("Choisissez une personne cliente, et une seule."))
        if not by_role[SeatRole.FACILITATOR]:
            self.add_error(None, _("Choisissez au moins une personne pour animer."))
        return data | {"by_role": by_role}
