"""What people type in a channel."""

from contextlib import suppress
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from discussions.models import MAX_LENGTH, File
from richtext import is_blank, plain, to_text
from richtext.marks import from_marks

MAX_IDS = 50  # read of one field


class Words(forms.CharField):
    """Text of several lines, counted as people count it: browsers send each line end as two characters.

    Without `maxlength`, which would cut what is pasted without a word.
    """

    def widget_attrs(self, widget: forms.Widget) -> dict[str, str]:
        return {}

    def to_python(self, value: object) -> str | None:
        return super().to_python(plain(value) if isinstance(value, str) else value)


def shows(text: str) -> bool:
    """Does something remain of a text once its marks are read? A mark alone (« > ») says nothing."""
    return any(letter.isalnum() for letter in text) or not is_blank(to_text(from_marks(text, profile="message")))


class Ids(forms.Field):
    """Ids, each in a field of its own of the same name. What is no id is left out."""

    widget = forms.MultipleHiddenInput

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, **options)

    def clean(self, value: object) -> list[UUID]:
        found = []
        for text in value if isinstance(value, list) else []:
            with suppress(ValueError):
                found.append(UUID(str(text)))
        return list(dict.fromkeys(found))[:MAX_IDS]


class WordsForm(forms.Form):
    """The words of a message, as they are typed, and whom its author chose in the list of names."""

    body = Words(
        label=_("Votre message"),
        max_length=MAX_LENGTH,
        widget=forms.Textarea(attrs={"rows": 1, "placeholder": _("Écrire dans ce fil")}),
        error_messages={
            "required": _("Écrivez votre message avant de l’envoyer."),
            "max_length": _(
                "Ce message compte %(show_value)d caractères ; la limite est de %(limit_value)d. Rien n’est perdu : "
                "raccourcissez-le, ou envoyez-le en deux fois."
            ),
        },
    )
    mentioned = Ids()

    def clean_body(self) -> str:
        """Text that says something: neither spaces nor signs that nobody sees."""
        text: str = self.cleaned_data["body"]
        if text and (is_blank(text) or not shows(text)):
            raise forms.ValidationError(self.fields["body"].error_messages["required"], code="required")
        return text


class MessageForm(WordsForm):
    """What is sent: the words, under the id that makes sending twice harmless, and where they belong."""

    client_id = forms.UUIDField(widget=forms.HiddenInput)
    thread = forms.UUIDField(required=False, widget=forms.HiddenInput)
    quoted = forms.UUIDField(required=False, widget=forms.HiddenInput)
    files = Ids()

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.given: list[File] = []  # files that wait for the message, shown again with refused words
        self.fields["body"].required = False
        self.fields["body"].widget.attrs["data-draft"] = ""

    def clean(self) -> dict[str, Any]:
        """A message without words is one when a file comes with it."""
        if "body" in self.cleaned_data and not (self.cleaned_data["body"] or self.cleaned_data["files"]):
            self.add_error("body", self.fields["body"].error_messages["required"])
        return self.cleaned_data


def _said(label: object, length: int, help_text: object = "", required: object = "") -> Words:
    return Words(
        label=label,
        help_text=help_text,
        max_length=length,
        widget=forms.Textarea(attrs={"rows": 3, "data-draft": ""}),
        error_messages={
            "required": required,
            "max_length": _("Ce texte compte %(show_value)d caractères ; la limite est de %(limit_value)d."),
        },
    )


class ReportForm(forms.Form):
    reason = _said(
        _("Pourquoi ce message pose-t-il problème ?"),
        600,
        _("Lu par l’animation avec le message. Son auteur·rice ne saura pas qui l’a signalé."),
        _("Dites en une phrase ce qui pose problème."),
    )


class HideForm(forms.Form):
    reason = _said(
        _("Pourquoi le masquer ?"),
        300,
        _("Cette phrase est lue par tous, à la place du message."),
        _("Dites pourquoi : la phrase prend la place du message."),
    )


class AnswerForm(forms.Form):
    words = _said(_("Votre réponse à l’animation"), 600, required=_("Écrivez votre réponse avant de l’envoyer."))
