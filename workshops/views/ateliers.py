"""The record of past cross-views workshops: what was asked, by whom, and what the groups brought back."""

from uuid import UUID

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from workshops.models import CrossViewsWorkshop


@require_safe
def ateliers(request: HttpRequest) -> HttpResponse:
    """Every cross-views workshop that one may read, latest first."""
    workshops = (
        CrossViewsWorkshop.objects.visible_to(request.user)
        .select_related("event")
        .annotate(
            groups=Count("subgroups", filter=Q(subgroups__transversal=False), distinct=True),
            ideas=Count("subgroups__bullets", distinct=True),
        )
        .order_by("-event__starts_at", "pk")
    )
    return render(request, "workshops/ateliers.html", {"workshops": workshops})


@require_safe
def atelier(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One of them, with its three beats and its sub-groups."""
    workshop = get_object_or_404(
        CrossViewsWorkshop.objects.visible_to(request.user)
        .select_related("event")
        .prefetch_related("segments__speakers", "subgroups__bullets"),
        pk=pk,
    )
    return render(request, "workshops/atelier.html", {"workshop": workshop})
