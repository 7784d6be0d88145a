"""What one says of a channel rather than in it: what it is called, how far one has read, what one begins to write."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from discussions.history import FARTHEST
from discussions.models import MAX_LENGTH, Channel, Reading
from richtext import plain


class ChannelForm(forms.ModelForm[Channel]):
    class Meta:
        model = Channel
        fields = ("name", "description", "read_only")
        labels = {"description": _("À quoi il sert")}
        help_texts = {
            "name": _("Court et parlant : « Covoiturage », « Lectures »."),
            "description": _("Une phrase, facultative."),
            "read_only": _("Pour des annonces : tout le monde lit, l’animation écrit."),
        }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["name"].required = True

    def clean_name(self) -> str:
        return plain(self.cleaned_data["name"])

    def clean_description(self) -> str:
        return plain(self.cleaned_data["description"])


class SeqForm(forms.Form):
    seq = forms.IntegerField(min_value=0, max_value=FARTHEST)
    thread = forms.UUIDField(required=False)


class LevelForm(forms.Form):
    level = forms.ChoiceField(choices=Reading.Level.choices)


class DraftForm(forms.Form):
    body = forms.CharField(required=False, max_length=MAX_LENGTH, strip=False)
    thread = forms.UUIDField(required=False)
