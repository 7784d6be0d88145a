"""Channels where a cohort talks."""

from django.apps import AppConfig


class DiscussionsConfig(AppConfig):
    name = "discussions"
