"""Who someone is: people, organisations, territories, sign-in."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
