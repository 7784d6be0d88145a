"""People, organisations and territories in Django's administration, which is entered by the front door."""

# Their administrations come first: they are what we take away below.
import allauth.account.admin
import allauth.mfa.admin
import allauth.socialaccount.admin
import allauth.usersessions.admin  # noqa: F401
from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.http import HttpRequest

from accounts.models import Organisation, Territory, User

# Signing in there is signing in here: mailed code, passkey, and the second factor that administrators must have.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.site_header = admin.site.site_title = "Entre pairs"
# Whoever writes an address, a key or a linked account, or reads a session's key, can sign in as somebody else, and
# read what her group told her (domain.md 8.2.1: there is no impersonation).
for _way_in in (Authenticator, EmailAddress, SocialAccount, SocialApp, SocialToken, UserSession):
    admin.site.unregister(_way_in)


@admin.register(Authenticator)
class AuthenticatorAdmin(admin.ModelAdmin):
    """A lost second factor can be taken away: the mailbox then proves the person. It can be neither read nor made."""

    list_display = ("user", "type", "created_at", "last_used_at")
    fields = ("user", "type", "created_at", "last_used_at")
    readonly_fields = fields
    list_select_related = ["user"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Authenticator | None = None) -> bool:
        return False


@admin.register(User)
class UserAdmin(admin.ModelAdmin):
    """No password field, and an address that does not change: an account is opened and recovered by its own mail."""

    list_display = ["display_name", "email", "organisation", "is_active", "is_staff", "date_joined"]
    list_filter = ["is_active", "is_staff", "is_superuser"]
    list_select_related = ["organisation"]
    search_fields = ["display_name", "email", "organisation__name"]
    autocomplete_fields = ["organisation"]
    readonly_fields = ["date_joined", "last_login"]
    fields = [
        "email", "display_name", "function", "organisation", "language", "is_active", "is_staff", "is_superuser",
        "date_joined", "last_login",
    ]  # fmt: skip

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        """A code sent to another address would open the account: only its owner changes hers, by proving the new."""
        return [*self.readonly_fields, *(["email"] if obj else [])]

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Deactivate instead: what a person wrote in her cohorts belongs to them too."""
        return False


@admin.register(Organisation)
class OrganisationAdmin(admin.ModelAdmin):
    list_display = ["name", "kind", "siren", "rna", "insee_code", "territory"]
    list_filter = ["kind"]
    list_select_related = ["territory"]
    search_fields = ["name", "siren", "rna", "insee_code"]
    autocomplete_fields = ["territory"]


@admin.register(Territory)
class TerritoryAdmin(admin.ModelAdmin):
    """Reference data: changed by `import_territories`, read here."""

    list_display = ["name", "kind", "code", "postcode", "population", "vintage"]
    list_filter = ["kind", "vintage"]
    search_fields = ["search_key", "code", "postcode"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Territory | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Territory | None = None) -> bool:
        return False
