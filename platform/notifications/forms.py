"""How a person wishes to be told."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from notifications.models import Wishes
from notifications.pushing import NotPublic, check_endpoint, check_keys


class WishesForm(forms.ModelForm):
    class Meta:
        model = Wishes
        fields = [
            "mail",
            "personal",
            "channels",
            "events",
            "waiting",
            "digest",
            "digest_day",
            "quiet_from",
            "quiet_until",
            "quiet_weekend",
            "time_zone",
        ]
        labels = {
            "mail": _("M’envoyer des courriels"),
            "digest": _("Le résumé"),
            "digest_day": _("Jour du résumé hebdomadaire"),
            "quiet_from": _("Pas de courriel à partir de"),
            "quiet_until": _("Et jusqu’à"),
            "quiet_weekend": _("Ni le samedi ni le dimanche"),
            "time_zone": _("À l’heure de"),
        }
        help_texts = {
            "mail": _(
                "Sans cette coche, aucun : tout reste sur la plateforme. Seuls partent les codes de connexion et les "
                "réponses à vos propres demandes."
            ),
            "personal": _("Après un quart d’heure, plusieurs choses en un courriel, où l’on peut répondre."),
            "waiting": _("Un accord à donner, une note à relire : ces courriels partent aussitôt."),
            "channels": _("Rassemblés : un courriel par heure au plus."),
            "digest": _("Ce qui s’est passé, du plus récent au plus ancien, et votre prochaine rencontre."),
        }
        widgets = {
            "quiet_from": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "quiet_until": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("personal", "channels", "events", "waiting"):
            label = str(self.fields[name].label)
            self.fields[name].label = label[:1].upper() + label[1:]


class BrowserForm(forms.Form):
    """What a browser says of itself when its person allows messages."""

    endpoint = forms.CharField(max_length=600)
    p256dh = forms.RegexField(r"^[\w-]{80,120}=*$", max_length=120)
    auth = forms.RegexField(r"^[\w-]{16,56}=*$", max_length=60)

    def clean_endpoint(self) -> str:
        endpoint: str = self.cleaned_data["endpoint"]
        try:
            check_endpoint(endpoint)
        except (NotPublic, ValueError) as reason:
            raise forms.ValidationError(_("Cette adresse n’est pas celle d’un service de messages.")) from reason
        return endpoint

    def clean(self) -> dict[str, Any]:
        facts: dict[str, Any] = super().clean() or {}
        if not self.errors:
            try:
                check_keys(facts["p256dh"], facts["auth"])
            except ValueError as reason:
                raise forms.ValidationError(_("Les clés de ce navigateur ne sont pas bonnes.")) from reason
        return facts
