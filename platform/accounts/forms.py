"""Forms about people, organisations and territories, and django-allauth's forms as we show them."""

from collections.abc import Collection
from typing import Any

from allauth.account import forms as account_forms
from allauth.account.fields import SetPasswordField
from allauth.mfa.base import forms as mfa_forms
from allauth.mfa.totp import forms as totp_forms
from allauth.mfa.webauthn import forms as webauthn_forms
from allauth.socialaccount import forms as social_forms
from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts import codes
from accounts.models import ActorKind, Organisation, Territory, User
from accounts.permissions import speaks_for_her_organisation
from accounts.pictures import redraw

# --- a territory, typed or chosen ---------------------------------------------------------------------------


class TerritoryWidget(forms.Widget):
    """A text field that suggests territories as one types (static/src/picker.ts).

    Without JavaScript, what was typed is looked up when the form is sent, and namesakes come back as radio buttons.
    """

    template_name = "accounts/territory_widget.html"

    def __init__(self, attrs: dict[str, Any] | None = None, kinds: Collection[str] = ()) -> None:
        super().__init__(attrs)
        self.kinds = tuple(kinds)
        self.candidates: list[Territory] = []

    def value_from_datadict(self, data: Any, files: Any, name: str) -> dict[str, str]:
        return {part: data.get(f"{name}{suffix}", "") for part, suffix in PARTS.items()}

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return not any(f"{name}{suffix}" in data for suffix in PARTS.values())

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, None, attrs)
        typed = value if isinstance(value, dict) else {"pk": "", "text": "", "choice": ""}
        context["widget"] |= {
            "pk": "" if self.candidates else typed["pk"],
            "text": typed["text"],
            "choice": typed["choice"],
            "kinds": ",".join(self.kinds),
            "candidates": self.candidates,
        }
        return context


PARTS = {"text": "", "pk": "_id", "choice": "_choice"}


class TerritoryField(forms.Field):
    """One territory, of one of `kinds` (`Territory.Kind`) when given."""

    widget = TerritoryWidget
    default_error_messages = {
        "required": _("Indiquez un territoire."),
        "unknown": _("Aucun territoire ne porte ce nom. Vérifiez l’orthographe, ou essayez le code postal."),
        "several": _("Plusieurs territoires correspondent : choisissez le vôtre dans la liste."),
    }

    def __init__(self, *, kinds: Collection[str] = (), **kwargs: Any) -> None:
        self.kinds = tuple(kinds)
        kwargs.setdefault("label", _("Territoire"))
        kwargs.setdefault("help_text", _("Un nom de commune, d’intercommunalité, de département, ou un code postal."))
        kwargs.setdefault("widget", TerritoryWidget(kinds=self.kinds))
        super().__init__(**kwargs)

    def _rows(self) -> Any:
        rows = Territory.objects.all()
        return rows.filter(kind__in=self.kinds) if self.kinds else rows

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, dict):
            return value
        if value and not isinstance(value, Territory):
            value = self._rows().filter(pk=value).first()
        return {"pk": str(value.pk), "text": value.label, "choice": ""} if value else None

    def clean(self, value: Any) -> Territory | None:
        if value is None or isinstance(value, Territory):
            value = self.prepare_value(value) or dict.fromkeys(PARTS, "")
        text = value["text"].strip()[:140]
        if chosen := self._by_number(value["choice"]):
            return chosen
        if not text:
            if self.required:
                raise ValidationError(self.error_messages["required"], code="required")
            return None
        # The number set by the list of suggestions counts as long as the text is still the same.
        if (chosen := self._by_number(value["pk"])) and chosen.label == text:
            return chosen
        return self._look_up(text)

    def _by_number(self, number: str) -> Territory | None:
        if not (number.isascii() and number.isdigit()):
            return None
        return self._rows().filter(pk=number).first()

    def _look_up(self, text: str) -> Territory:
        found = Territory.objects.matching(text, self.kinds)
        if not found and text.endswith(")"):  # the label of a suggestion: « Saint-Denis (93200) »
            name, _open, place = text[:-1].rpartition("(")
            found = [each for each in Territory.objects.matching(name, self.kinds) if each.label == text] or [
                each for each in Territory.objects.matching(place, self.kinds) if each.label == text
            ]
        exact = [each for each in found if each.answers_to(text)]
        if len(exact) == 1 or len(found) == 1:
            return (exact or found)[0]
        if not found:
            raise ValidationError(self.error_messages["unknown"], code="unknown")
        if isinstance(self.widget, TerritoryWidget):
            self.widget.candidates = exact or found
        raise ValidationError(self.error_messages["several"], code="several")

    def has_changed(self, initial: Any, data: Any) -> bool:
        before = self.prepare_value(initial) or {}
        return (before.get("text", "") != (data or {}).get("text", "")) or bool((data or {}).get("choice"))


# --- people and organisations -------------------------------------------------------------------------------


class ProfileForm(forms.ModelForm):
    picture = forms.FileField(
        label=_("Portrait"),
        required=False,
        help_text=_("Une image JPEG, PNG ou WebP de 5 Mo au plus. Elle est recadrée, et son lieu de prise effacé."),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
    )
    remove_picture = forms.BooleanField(label=_("Retirer mon portrait"), required=False)

    class Meta:
        model = User
        fields = ["display_name", "function", "organisation", "about", "language", "picture"]
        help_texts = {
            "display_name": _("Ce que les autres lisent : votre prénom et votre nom."),
            "about": _("N’écrivez rien sur la santé, les opinions, la vie privée de quiconque."),
        }
        widgets = {"about": forms.Textarea(attrs={"rows": 4})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["display_name"].required = True
        self.fields["organisation"].empty_label = _("aucune")  # type: ignore[attr-defined]
        self.fields["display_name"].widget.attrs["autocomplete"] = "name"
        self.fields["function"].widget.attrs["autocomplete"] = "organization-title"
        if speaks_for_her_organisation(self.instance):
            self.fields["organisation"].disabled = True
            self.fields["organisation"].help_text = _(
                "Vous êtes référent·e de cette organisation : seule l’administration peut la changer."
            )
        if not self.instance.picture:
            del self.fields["remove_picture"]

    def clean_picture(self) -> Any:
        upload = self.files.get("picture")
        return redraw(upload) if upload else None

    def _post_clean(self) -> None:
        """The action writes: the form leaves the instance as it was."""

    def facts(self) -> dict[str, Any]:
        return {"remove_picture": False} | self.cleaned_data


#: Kinds that always have a SIREN; the others may give one, a RNA number, or nothing (GEO-02).
NEEDS_SIREN = {ActorKind.COMPANY, ActorKind.FOUNDATION, ActorKind.ACADEMIC, ActorKind.SUPPORT_BODY}
HAS_RNA = set(ActorKind) - {ActorKind.PUBLIC_AUTHORITY, ActorKind.COMPANY, ActorKind.ACADEMIC}


class OrganisationForm(forms.ModelForm):
    siren = forms.CharField(
        label=_("SIREN ou SIRET"),
        required=False,
        help_text=_("Neuf chiffres, ou quatorze : obligatoire sauf pour une commune ou une association."),
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    rna = forms.CharField(
        label=_("Numéro RNA"),
        required=False,
        help_text=_("Pour une association sans SIREN : W suivi de neuf caractères."),
    )
    insee_code = forms.CharField(
        label=_("Code INSEE"),
        required=False,
        help_text=_("Pour une commune : cinq caractères, par exemple 42218 ou 2A004."),
    )
    territory = TerritoryField(required=False)

    class Meta:
        model = Organisation
        fields = ["name", "kind", "siren", "rna", "insee_code", "territory"]

    def clean_siren(self) -> str:
        code = codes.compact(self.cleaned_data["siren"])
        if len(code) == 14:
            codes.check_siret(code)
            return code[:9]
        if code:
            codes.check_siren(code)
        return code

    def clean_rna(self) -> str:
        code = codes.compact(self.cleaned_data["rna"])
        if code:
            codes.check_rna(code)
        return code

    def clean_insee_code(self) -> str:
        code = codes.compact(self.cleaned_data["insee_code"])
        if code:
            codes.check_commune(code)
            communes = Territory.objects.filter(kind=Territory.Kind.COMMUNE)
            if communes.exists() and not communes.filter(code=code).exists():
                raise ValidationError(_("Aucune commune actuelle ne porte ce code INSEE."), code="no_commune")
        return code

    def clean(self) -> dict[str, Any]:
        facts = super().clean() or self.cleaned_data
        kind = facts.get("kind")
        siren, rna, insee_code = (facts.get(name, "") for name in ("siren", "rna", "insee_code"))
        untouched = not {"siren", "rna", "insee_code"} & set(self.errors)
        if insee_code and kind != ActorKind.PUBLIC_AUTHORITY:
            self.add_error("insee_code", _("Seule une commune porte un code INSEE."))
        if rna and kind not in HAS_RNA:
            self.add_error("rna", _("Ce type d’organisation n’a pas de numéro RNA."))
        if untouched and kind == ActorKind.PUBLIC_AUTHORITY and not (siren or insee_code):
            self.add_error(
                "insee_code",
                _("Une commune indique son code INSEE ; une intercommunalité ou une autre collectivité, son SIREN."),
            )
        if untouched and kind in NEEDS_SIREN and not (siren or (rna and kind in HAS_RNA)):
            self.add_error("siren", _("Indiquez le SIREN de cette organisation, qui figure sur ses documents."))
        if insee_code and not facts.get("territory"):
            facts["territory"] = Territory.objects.filter(kind=Territory.Kind.COMMUNE, code=insee_code).first()
        return facts

    def validate_unique(self) -> None:
        """A code that is already there leads to the organisation that has it, rather than to a refusal."""

    def _post_clean(self) -> None:
        """The action writes."""


# --- django-allauth's forms, without the placeholders that double their labels -------------------------------


class _Plain:
    fields: dict[str, forms.Field]
    labels: dict[str, Any] = {
        "code": _("Code"),
        "email": _("Adresse électronique"),
        "login": _("Adresse électronique"),
        "name": _("Nom de la clé"),
        "passwordless": _("Me connecter avec cette clé seule"),
    }
    helps: dict[str, Any] = {
        "password": "",
        "oldpassword": "",
        "passwordless": _("La clé demande alors un code ou une empreinte, et remplace le code reçu par courriel."),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = self.labels.get(name, field.label)
            field.help_text = self.helps.get(name, field.help_text)
            if isinstance(field, SetPasswordField):
                field.help_text = " ".join(str(sentence) for sentence in password_validators_help_texts())
            if name == "code":
                field.widget.attrs |= {"autocapitalize": "characters", "spellcheck": "false"}


class SignInForm(_Plain, account_forms.LoginForm):
    """The address alone asks for a mailed code; with a password, the password decides."""

    def _setup_password_field(self) -> None:
        self.fields["password"].required = False
        self.fields["password"].label = _("Mot de passe")


class SignUpForm(_Plain, account_forms.SignupForm):
    pass


class AddEmailForm(_Plain, account_forms.AddEmailForm):
    pass


class ChangePasswordForm(_Plain, account_forms.ChangePasswordForm):
    pass


class SetPasswordForm(_Plain, account_forms.SetPasswordForm):
    pass


class ResetPasswordForm(_Plain, account_forms.ResetPasswordForm):
    pass


class ResetPasswordKeyForm(_Plain, account_forms.ResetPasswordKeyForm):
    pass


class ReauthenticateForm(_Plain, account_forms.ReauthenticateForm):
    pass


class RequestLoginCodeForm(_Plain, account_forms.RequestLoginCodeForm):
    pass


class ConfirmLoginCodeForm(_Plain, account_forms.ConfirmLoginCodeForm):
    pass


class ConfirmEmailCodeForm(_Plain, account_forms.ConfirmEmailVerificationCodeForm):
    pass


class ChangeEmailForm(_Plain, account_forms.ChangeEmailForm):
    pass


class SocialSignUpForm(_Plain, social_forms.SignupForm):
    pass


class UnlinkForm(social_forms.DisconnectForm):
    def clean(self) -> dict[str, Any]:
        """Even the last linked account may go: a mailed code always signs in."""
        return forms.Form.clean(self) or self.cleaned_data


class SecondFactorForm(_Plain, mfa_forms.AuthenticateForm):
    pass


class SecondFactorAgainForm(_Plain, mfa_forms.ReauthenticateForm):
    pass


class ActivateAppForm(_Plain, totp_forms.ActivateTOTPForm):
    pass


class AddKeyForm(_Plain, webauthn_forms.AddWebAuthnForm):
    pass


class EditKeyForm(_Plain, webauthn_forms.EditWebAuthnForm):
    pass
