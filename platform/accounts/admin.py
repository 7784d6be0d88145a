"""People, organisations and territories in Django's administration, which is entered by the front door."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.http import HttpRequest

from accounts.models import Organisation, Territory, User

# Signing in there is signing in here: mailed code, passkey, and the second factor that administrators must have.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.site_header = admin.site.site_title = "Entre pairs"


@admin.register(User)
class UserAdmin(admin.ModelAdmin):
    """No password field: an account is opened and recovered by mail, never by an administrator's choice of secret."""

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
