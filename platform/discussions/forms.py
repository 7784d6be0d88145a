"""What people type in a channel."""

from django import forms
from django.utils.translation import gettext_lazy as _

from discussions.models import MAX_LENGTH
from richtext import from_text, to_text


class Words(forms.CharField):
    """Text of several lines, counted as people count it: browsers send each line end as two characters.

    Without `maxlength`, which would cut what is pasted without a word.
    """

    def widget_attrs(self, widget: forms.Widget) -> dict[str, str]:
        return {}

    def to_python(self, value: object) -> str | None:
        return super().to_python(value.replace("\r\n", "\n") if isinstance(value, str) else value)


class MessageForm(forms.Form):
    body = Words(
        label=_("Votre message"),
        max_length=MAX_LENGTH,
        widget=forms.Textarea(attrs={"rows": 1, "data-draft": "", "placeholder": _("Écrire dans ce fil")}),
        error_messages={
            "required": _("Écrivez votre message avant de l’envoyer."),
            "max_length": _(
                "Ce message compte %(show_value)d caractères ; la limite est de %(limit_value)d. Rien n’est perdu : "
                "raccourcissez-le, ou envoyez-le en deux fois."
            ),
        },
    )
    client_id = forms.UUIDField(widget=forms.HiddenInput)

    def clean_body(self) -> str:
        """The message as clean HTML."""
        html = from_text(self.cleaned_data["body"])
        if not to_text(html).strip():
            raise forms.ValidationError(self.fields["body"].error_messages["required"], code="required")
        return html
