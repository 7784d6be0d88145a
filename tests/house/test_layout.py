"""The house keeps its shape: names on disk, import paths, migrations."""

import subprocess
import sys

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import models

from config.settings import ROOT

OURS = {"config", "home", "cohorts", "workshops", "discussions", "reservoir", "notifications", "spaces", "accounts"} | {
    "live",
    "ui",
    "search",
}
TOP = {"platform", "cohorts", "workshops", "templates", "static", "tests", "docs", "manage.py", "pyproject.toml"} | {
    "README.md",
    "CHANGELOG.md",
    "LICENSE",
    "Makefile",
    "requirements.txt",
    "requirements-dev.txt",
}


def our_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model._meta.app_label in OURS]


def test_platform_is_a_folder_of_packages_and_no_package():
    assert not (ROOT / "platform" / "__init__.py").exists()


def test_the_platform_of_python_is_still_found_from_the_root():
    done = subprocess.run(
        [sys.executable, "-c", "import platform; print(platform.python_version())"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == ".".join(map(str, sys.version_info[:3]))


def test_the_top_level_is_the_one_that_was_agreed():
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    top = {line.split("/")[0] for line in tracked.splitlines()}
    assert {name for name in top if not name.startswith(".")} == TOP


@pytest.mark.django_db
def test_every_model_change_has_its_migration():
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


# Called by a name that everyone of the cohort reads on every page.
CALLED_BY_NAME = {"spaces.Space", "cohorts.Cohort", "cohorts.Milestone", "discussions.Channel"}
# Short fields that hold what a person wrote or who she is, beside every long text.
CONFIDENTIAL = {"title", "case_title", "question", "address", "email", "to"}


@pytest.mark.parametrize("model", our_models(), ids=lambda model: model._meta.label)
def test_a_row_is_named_without_what_people_wrote(model):
    """`__str__` ends up in logs, admin pages and error reports (reliability.md 2, threat 9)."""
    if model._meta.label in CALLED_BY_NAME:
        return
    secret = "Confidence-7f3a"
    fields = [
        field.name
        for field in model._meta.fields
        if isinstance(field, models.TextField) or (isinstance(field, models.CharField) and field.name in CONFIDENTIAL)
    ]
    assert secret not in str(model(**dict.fromkeys(fields, secret)))
