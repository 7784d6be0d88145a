"""What joins neighbours that do not know each other: the thread of a note."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts.requests import SignedInRequest
from discussions.actions import open_about
from reservoir.models import Note
from spaces.permissions import takes_part


@require_POST
@login_required
def talk_about_note(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Open the thread of a published note for those of the cohort it was written in, or go there."""
    published = Note.objects.published_to(request.user).with_current_release().select_related("space")
    note = get_object_or_404(published, pk=pk)
    if not takes_part(request.user, note.space):
        raise PermissionDenied
    channel = open_about(
        space=note.space,
        kind="note",
        object_id=note.pk,
        name=note.current[0].title,
        path=reverse("reservoir:note", args=[note.pk]),
        by=request.user,
    )
    return redirect(channel)
