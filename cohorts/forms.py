"""Input about cohorts: what was typed becomes clean data. Nothing is decided here."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.forms import TerritoryField
from accounts.models import ActorKind, Organisation, User
from cohorts.models import Application, Cohort, PathTemplate
from spaces.models import Role


class Lines(forms.CharField):
    """A list typed one line an item."""

    widget = forms.Textarea

    def __init__(self, *, most: int, longest: int, **kwargs: Any) -> None:
        self.most, self.longest = most, longest
        super().__init__(**kwargs)

    def clean(self, value: Any) -> list[str]:
        lines = [line.strip() for line in super().clean(value).splitlines() if line.strip()]
        if len(lines) > self.most:
            raise ValidationError(_("%(most)s lignes au plus."), params={"most": self.most})
        if any(len(line) > self.longest for line in lines):
            raise ValidationError(_("%(longest)s caractères au plus par ligne."), params={"longest": self.longest})
        return lines


class TemplateChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return _("%(name)s, version %(version)s") % {"name": obj.name, "version": obj.version}


class CohortForm(forms.Form):
    template = TemplateChoice(label=_("Modèle de parcours"), queryset=PathTemplate.objects.none(), empty_label=None)
    name = forms.CharField(label=_("Nom de la cohorte"), max_length=120)
    starts_on = forms.DateField(
        label=_("Date de début"),
        help_text=_("Les neuf mois et leurs rencontres sont placés à partir de cette date. Août est sauté."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    capacity = forms.IntegerField(
        label=_("Nombre d’organisations au plus"),
        help_text=_("De 8 à 12 dans le parcours standard."),
        min_value=1,
        max_value=40,
        initial=12,
    )
    summary = forms.CharField(
        label=_("En une phrase"), max_length=240, help_text=_("Ce que lira d’abord une personne qui hésite.")
    )
    description = forms.CharField(
        label=_("Présentation"), max_length=4000, required=False, widget=forms.Textarea(attrs={"rows": 6})
    )
    questions = Lines(
        label=_("Questions de candidature"),
        help_text=_("Une question par ligne, cinq au plus."),
        required=False,
        most=5,
        longest=240,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    partners = Lines(
        label=_("Partenaires"),
        help_text=_("Un partenaire par ligne ; son rôle après deux points, s’il y a lieu."),
        required=False,
        most=20,
        longest=280,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    open_now = forms.BooleanField(label=_("Ouvrir les candidatures tout de suite"), required=False, initial=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["template"]
        # History is kept as templates without meetings: nobody starts a path from those.
        field.queryset = PathTemplate.objects.exclude(data__events=[])

    def clean_partners(self) -> list[tuple[str, str]]:
        rows = [line.partition(":")[::2] for line in self.cleaned_data["partners"]]
        found = {name.strip()[:160]: part.strip()[:120] for name, part in rows if name.strip()}
        return list(found.items())

    def facts(self) -> dict[str, Any]:
        facts = dict(self.cleaned_data)
        facts["state"] = Cohort.State.OPEN if facts.pop("open_now") else Cohort.State.DRAFT
        return facts


class ApplicationForm(forms.Form):
    """What a person says of herself, then the cohort's own questions."""

    name = forms.CharField(
        label=_("Prénom et nom"), max_length=80, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    email = forms.EmailField(
        label=_("Adresse électronique"),
        help_text=_("La réponse arrivera à cette adresse."),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    function = forms.CharField(
        label=_("Fonction"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "organization-title"})
    )
    organisation_name = forms.CharField(
        label=_("Organisation"), max_length=160, widget=forms.TextInput(attrs={"autocomplete": "organization"})
    )
    organisation_kind = forms.ChoiceField(label=_("Nature de l’organisation"), choices=ActorKind)
    territory = TerritoryField(required=False)

    def __init__(self, *args: Any, questions: list[str], person: User | None = None, **kwargs: Any) -> None:
        if person is not None:
            organisation = person.organisation
            kwargs.setdefault("initial", {}).update(
                name=person.display_name,
                email=person.email,
                function=person.function,
                organisation_name=organisation.name if organisation else "",
                organisation_kind=organisation.kind if organisation else "",
                territory=organisation.territory if organisation else None,
            )
        super().__init__(*args, **kwargs)
        kind: Any = self.fields["organisation_kind"]
        kind.choices = [("", _("Choisissez…")), *ActorKind.choices]
        self.names = [f"question_{number}" for number, _question in enumerate(questions, 1)]
        for name, question in zip(self.names, questions, strict=True):
            self.fields[name] = forms.CharField(
                label=question, max_length=2000, widget=forms.Textarea(attrs={"rows": 4})
            )

    def facts(self) -> dict[str, Any]:
        facts = {name: value for name, value in self.cleaned_data.items() if name not in self.names}
        return facts | {"answers": [self.cleaned_data[name] for name in self.names]}


class DecisionForm(forms.Form):
    to = forms.ChoiceField(
        choices=[(state.value, state.label) for state in Application.State if state != Application.State.SUBMITTED]
    )
    reply = forms.CharField(
        label=_("Votre réponse"),
        help_text=_("Elle est envoyée telle quelle, par message."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Écrivez quelques mots : une réponse n’est jamais sans explication.")},
    )


class InvitationForm(forms.Form):
    email = forms.EmailField(label=_("Adresse électronique"), max_length=254)
    role = forms.ChoiceField(label=_("Rôle dans la cohorte"), choices=Role, initial=Role.PARTICIPANT)
    display_name = forms.CharField(label=_("Prénom et nom"), max_length=80, required=False)
    function = forms.CharField(label=_("Fonction"), max_length=120, required=False)
    organisation = forms.ModelChoiceField(
        label=_("Organisation inscrite"),
        queryset=Organisation.objects.none(),
        required=False,
        empty_label=_("Une autre organisation"),
    )
    organisation_name = forms.CharField(label=_("Nom de l’autre organisation"), max_length=160, required=False)
    organisation_kind = forms.ChoiceField(
        label=_("Sa nature"), choices=[("", _("Choisissez…")), *ActorKind.choices], required=False
    )

    def __init__(self, *args: Any, cohort: Cohort, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["organisation"]
        field.queryset = Organisation.objects.filter(enrolments__cohort=cohort)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("organisation") is None:
            named, kind = data.get("organisation_name"), data.get("organisation_kind")
            if named and not kind:
                self.add_error("organisation_kind", _("Dites de quelle nature est cette organisation."))
            if not named and data.get("role") in (Role.PARTICIPANT, Role.ORGANISATION_LEAD):
                self.add_error(
                    "organisation_name", _("Choisissez une organisation inscrite, ou donnez le nom d’une autre.")
                )
        return data

    def facts(self) -> dict[str, Any]:
        """For `invite_to_cohort`: an organisation that is not known yet comes as its name and kind."""
        facts = dict(self.cleaned_data)
        named, kind = facts.pop("organisation_name"), facts.pop("organisation_kind")
        if facts["organisation"] is None and named:
            facts["new_organisation"] = (named, kind)
        return facts
