"""What authors and readers send, as clean data."""

import re
from typing import Any, Final
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.forms import TerritoryField
from accounts.models import User
from reservoir.models import Challenge, Note, NoteSection, Phase
from reservoir.permissions import RUNGS
from reservoir.sections import BY_ID, OPENING, TITLE_MAX, Section
from richtext import TooLong, clean_html, to_text
from richtext.marks import from_marks, to_marks
from spaces.models import TAKING_PART, Visibility

_WORD: Final = re.compile(r"\S*\w\S*")
_ITEM: Final = re.compile(r"<li>")


def count_words(text: str) -> int:
    return len(_WORD.findall(text))


class RichTextForm(forms.Form):
    """A text that the editor sends as HTML, and a page without JavaScript as text with marks (`richtext.marks`)."""

    words = forms.CharField(
        required=False,
        strip=True,
        widget=forms.Textarea(attrs={"rows": 12, "data-editor": "", "spellcheck": "true"}),
    )
    markup = forms.ChoiceField(
        choices=[("text", "text"), ("html", "html")],
        required=False,
        widget=forms.HiddenInput(attrs={"data-markup": ""}),
    )

    def __init__(self, *args: Any, section: Section, html: str = "", draft: str = "", **kwargs: Any) -> None:
        self.section = section
        marks = to_marks(html)
        initial = {"words": html if marks is None else marks, "markup": "html" if marks is None else "text"}
        kwargs["initial"] = initial | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        field = self.fields["words"]
        field.label = str(section.title)
        field.help_text = str(section.help)
        field.widget.attrs |= {"data-max-words": section.words, "data-draft": draft}
        if self.is_bound:
            html = self._as_html() or html
        field.widget.attrs["data-html"] = html

    def _as_html(self) -> str:
        words = self.data.get("words", "")
        try:
            return clean_html(words) if self.data.get("markup") == "html" else from_marks(words)
        except TooLong:
            return ""

    def clean_words(self) -> str:
        sent = self.cleaned_data["words"]
        try:
            html = clean_html(sent) if self.data.get("markup") == "html" else from_marks(sent)
        except TooLong:
            raise ValidationError(
                _("Ce texte est beaucoup trop long. Il n’est pas enregistré : raccourcissez-le."), code="too_long"
            ) from None
        count = count_words(to_text(html))
        if self.section.words and count > self.section.words:
            message = ngettext(
                "Ce texte compte %(count)d mot, et cette section en accepte %(limit)d. Il n’est pas enregistré.",
                "Ce texte compte %(count)d mots, et cette section en accepte %(limit)d. Il n’est pas enregistré.",
                count,
            )
            raise ValidationError(message % {"count": count, "limit": self.section.words}, code="too_many_words")
        items = len(_ITEM.findall(html))
        if self.section.points and items > self.section.points:
            raise ValidationError(
                _("Cette liste compte %(count)d points, et cette section en accepte %(limit)d."),
                code="too_many_points",
                params={"count": items, "limit": self.section.points},
            )
        return str(html) if to_text(html) else ""


class SectionForm(RichTextForm):
    """One section of a note, and the version of it that its author had before her."""

    base_version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def __init__(self, *args: Any, note: Note, section: Section, row: NoteSection | None, **kwargs: Any) -> None:
        kwargs["initial"] = {"base_version": row.version if row else 0}
        super().__init__(
            *args, section=section, html=row.html if row else "", draft=f"note:{note.pk}:{section.id}", **kwargs
        )


def title_field() -> forms.CharField:
    return forms.CharField(
        label=_("Titre"),
        max_length=TITLE_MAX,
        help_text=_("Un verbe d’action et un lieu. Ex. : « Créer un dialogue entre associations et entreprises à … »"),
    )


class NewNoteForm(RichTextForm):
    """« Racontez »: a title and the story, as far as it comes."""

    title = title_field()
    client_id = forms.UUIDField(widget=forms.HiddenInput)
    field_order = ["title", "words"]

    def __init__(self, *args: Any, draft: str, **kwargs: Any) -> None:
        super().__init__(*args, section=BY_ID[OPENING], draft=draft, **kwargs)
        words = self.fields["words"]
        words.label = _("Racontez")
        words.help_text = _(
            "Comme à un collègue : ce qui s’est passé, qui était là, ce qui a changé. L’ordre viendra après."
        )

    @property
    def sent_id(self) -> UUID | None:
        """The id to keep in a form shown again."""
        return self.cleaned_data.get("client_id") if self.is_bound else None


class FactsForm(forms.Form):
    """Title, « Repères » and whom to talk to."""

    title = title_field()
    period = forms.CharField(
        label=_("Dates"),
        max_length=60,
        help_text=_("De quand à quand. Ex. : « mars 2023 – juin 2025 »"),
    )
    territory = TerritoryField(required=False)
    phase = forms.ChoiceField(label=_("Phase"), choices=[("", _("Choisissez")), *Phase.choices])
    challenges = forms.MultipleChoiceField(
        label=_("Enjeux"), choices=Challenge.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    contact = forms.CharField(
        label=_("À qui en parler"),
        max_length=120,
        help_text=_("Une fonction, jamais une adresse. Ex. : « chargée de mission cœur de ville »"),
    )
    base_version = forms.IntegerField(min_value=0, widget=forms.HiddenInput)

    def clean_contact(self) -> str:
        contact: str = self.cleaned_data["contact"]
        if "@" in contact:
            raise ValidationError(_("Indiquez une fonction : une adresse ne s’affiche jamais."), code="address")
        return contact


class AuthorForm(forms.Form):
    person = forms.ModelChoiceField(label=_("Membre de la cohorte"), queryset=User.objects.none())

    def __init__(self, *args: Any, note: Note, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].queryset = (  # type: ignore[attr-defined]
            User.objects.filter(
                memberships__space=note.space_id, memberships__left_at=None, memberships__role__in=TAKING_PART
            )
            .exclude(pk__in=note.authorships.values("person"))
            .distinct()
            .order_by("display_name", "pk")
        )


class RungForm(forms.Form):
    """Up to where a note is to be read."""

    visibility = forms.ChoiceField(
        label=_("Qui pourra lire cette note ?"),
        choices=[(rung.value, rung.label) for rung in RUNGS],
        widget=forms.RadioSelect,
    )


class PublishForm(forms.Form):
    """The last click: the author's own agreement, her word for those one could recognise, and what cannot be undone."""

    agree = forms.BooleanField(label=_("J’ai relu ce texte et j’accepte qu’il soit lu ainsi."))
    people_agree = forms.BooleanField(
        label=_("Chaque personne que l’on peut reconnaître dans ce texte a donné son accord, ou il n’y en a aucune.")
    )
    visibility = forms.ChoiceField(choices=[(rung.value, rung.label) for rung in RUNGS], widget=forms.HiddenInput)
    seen_version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)

    def __init__(self, *args: Any, public: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if public:
            self.fields["understood"] = forms.BooleanField(
                label=_("J’ai compris : une licence libre ne se reprend pas pour les copies déjà faites.")
            )
            self.order_fields(["agree", "people_agree", "understood"])
        for field in self.fields.values():
            field.error_messages["required"] = _("Cochez cette case pour publier.")


class OrganisationConsentForm(forms.Form):
    """Who agreed for an organisation that has nobody here to click."""

    given_by = forms.CharField(
        label=_("Accord donné par"),
        max_length=160,
        help_text=_("Nom, fonction et date. Ex. : « Claire Bonnet, directrice générale, le 3 mars »"),
    )
    organisation = forms.UUIDField(widget=forms.HiddenInput)
    visibility = forms.ChoiceField(choices=[(rung.value, rung.label) for rung in RUNGS], widget=forms.HiddenInput)
    seen_version = forms.IntegerField(min_value=1, widget=forms.HiddenInput)


class ReviewForm(forms.Form):
    """A facilitator's reading. Asking for changes needs words: what, and why."""

    words = forms.CharField(
        label=_("Ce qui est à reprendre, et pourquoi"),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 5, "data-draft": ""}),
        help_text=_("Les personnes citées, la confidentialité, la clarté. Rien sur la valeur de l’expérience."),
    )
    answer = forms.ChoiceField(choices=[("respected", "respected"), ("changes", "changes")])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("answer") == "changes" and not data.get("words"):
            self.add_error("words", _("Dites à ses auteurs ce qui est à reprendre."))
        return data


class LetterForm(forms.Form):
    """What a reader asks the authors of a note."""

    body = forms.CharField(
        label=_("Votre message"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 6, "data-draft": ""}),
        help_text=_("Les auteurs verront votre nom, votre fonction et votre adresse, pour pouvoir vous répondre."),
    )
    client_id = forms.UUIDField(widget=forms.HiddenInput)


class SearchForm(forms.Form):
    """Words and filters over the reservoir. Nothing in an address is an error: what is not understood is left out."""

    q = forms.CharField(label=_("Chercher dans le réservoir"), required=False)
    phase = forms.MultipleChoiceField(
        label=_("Phase"), choices=Phase.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    enjeu = forms.MultipleChoiceField(
        label=_("Enjeux"), choices=Challenge.choices, required=False, widget=forms.CheckboxSelectMultiple
    )

    def asked(self) -> dict[str, Any]:
        self.is_valid()
        return {
            "words": self.cleaned_data.get("q", "")[:400],
            "phases": [value for value in self.data.getlist("phase") if value in Phase.values],  # type: ignore[attr-defined]
            "challenges": [value for value in self.data.getlist("enjeu") if value in Challenge.values],  # type: ignore[attr-defined]
        }


def rung_or_cohort(value: str) -> Visibility:
    """A rung from an address; the lowest when it is none."""
    return Visibility(value) if value in RUNGS else Visibility.COHORT
