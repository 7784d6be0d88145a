"""Writing to one person."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.requests import SignedInRequest
from discussions import actions
from discussions.actions.direct import direct_between, shared_spaces


@require_http_methods(["GET", "POST"])
@login_required
def direct(request: SignedInRequest, person: UUID) -> HttpResponse:
    """Say who will read it, then open the conversation with `person`; or lead to the one there is."""
    other = get_object_or_404(User.objects.select_related("organisation"), pk=person, is_active=True)
    if other == request.user:
        raise Http404
    space = shared_spaces(request.user, other).first()
    if space is None:
        raise Http404
    if request.method == "POST":
        return redirect(actions.open_direct(by=request.user, other=other))
    if already := direct_between(request.user, other):
        return redirect(already)
    return render(request, "discussions/direct.html", {"other": other, "space": space})
