"""The page behind a mailed invitation."""

import uuid
from urllib.parse import urlencode

from allauth.account.utils import perform_login
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from spaces.actions import (
    ForeignInvitation,
    IncompatibleRoles,
    InvitationClosed,
    SignInFirst,
    accept_invitation,
)
from spaces.actions.invitations import why_closed
from spaces.models import Invitation
from spaces.permissions import has_proved


@never_cache
@require_http_methods(["GET", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Who invites, into what, as whom, and one button. A GET changes nothing: mail scanners follow links."""
    try:
        found = Invitation.objects.select_related("space__parent", "invited_by").get(pk=Invitation.pk_of(token))
    except (signing.BadSignature, ValueError, Invitation.DoesNotExist):
        return render(request, "spaces/invitation_unknown.html", status=404)
    if request.method == "POST":
        return _accept(request, found)
    if request.user.is_authenticated and not has_proved(request.user, found.email):
        return render(request, "spaces/invitation_foreign.html", {"invitation": found}, status=403)
    if closed := why_closed(found):
        return _closed(request, found, closed)
    return render(request, "spaces/invitation.html", {"invitation": found, "refusal": ""})


def _accept(request: HttpRequest, found: Invitation) -> HttpResponse:
    signed_in = request.user if request.user.is_authenticated else None
    try:
        person = accept_invitation(invitation=found, person=signed_in, client_id=_client_id(request))
    except SignInFirst:
        return redirect(f"{reverse('account_login')}?{urlencode({'next': request.path})}")
    except ForeignInvitation:
        return render(request, "spaces/invitation_foreign.html", {"invitation": found}, status=403)
    except InvitationClosed as refusal:
        return _closed(request, found, str(refusal))
    except IncompatibleRoles as refusal:
        return render(request, "spaces/invitation.html", {"invitation": found, "refusal": str(refusal)}, status=409)
    # The charter page knows who still has to read it, and leads everybody on.
    inside = reverse("cohorts:charter", args=[found.space.parent_id or found.space_id])
    if signed_in:
        return redirect(inside)
    return perform_login(request, person, email_verification="none", redirect_url=inside)


def _closed(request: HttpRequest, found: Invitation, sentence: str) -> HttpResponse:
    used_by_reader = request.user.is_authenticated and found.accepted_by_id == request.user.pk
    context = {"invitation": found, "sentence": sentence, "used_by_reader": used_by_reader}
    return render(request, "spaces/invitation_closed.html", context, status=410)


def _client_id(request: HttpRequest) -> uuid.UUID | None:
    try:
        return uuid.UUID(request.POST.get("client_id", ""))
    except ValueError:
        return None
