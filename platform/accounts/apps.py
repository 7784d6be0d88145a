"""Who someone is: people, organisations, territories, sign-in."""

from typing import Any

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from allauth.mfa.signals import authenticator_added

        authenticator_added.connect(_prove, dispatch_uid="accounts.prove")


def _prove(request: Any, user: Any, **facts: Any) -> None:
    """Whoever has just shown a new second factor need not show it again to read her recovery codes."""
    from allauth.account.internal.flows.login import record_authentication

    record_authentication(request, user, method="mfa", reauthenticated=True)
