"""Who comes through: the one way a page of a cohort finds its cohort."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from accounts.requests import SignedInRequest
from cohorts.models import Cohort
from cohorts.permissions import charter_accepted


def members_only(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The view gets the cohort itself. 404 for whoever holds no role in it; the charter first for who meets there."""

    @login_required
    @wraps(view)
    def gated(request: SignedInRequest, pk: UUID, **kwargs: Any) -> HttpResponse:
        cohort = visible_cohort(request, pk)
        if not charter_accepted(request.user, cohort):
            return redirect("cohorts:charter", pk=cohort.pk)
        return view(request, cohort, **kwargs)

    return gated


def visible_cohort(request: SignedInRequest, pk: UUID) -> Cohort:
    rows = Cohort.objects.visible_to(request.user).select_related("space", "template")
    return get_object_or_404(rows, pk=pk)


def client_id_of(request: HttpRequest) -> UUID | None:
    """The id a page made for its form, when the form brought it back whole."""
    try:
        return UUID(request.POST.get("client_id", ""))
    except ValueError:
        return None
