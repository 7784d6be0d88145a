"""A facilitator's reading of a note."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.requests import SignedInRequest
from reservoir.actions import Refused, ask_review, review
from reservoir.forms import ReviewForm
from reservoir.models import Note
from reservoir.permissions import reads_draft
from reservoir.views.reading import note_page
from reservoir.views.writing import own_note, refused
from spaces.permissions import facilitates


@login_required
@require_POST
def ask(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Hand a draft to the facilitators of the cohort."""
    note = own_note(request, pk)
    try:
        ask_review(note=note, by=request.user)
    except Refused as refusal:
        return refused(request, note, refusal)
    messages.success(request, _("La note est remise à l’animation, qui vous répondra ici."))
    return redirect("reservoir:write", note.pk)


@login_required
@require_POST
def answer(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """The frame is respected, or changes are asked for."""
    note = get_object_or_404(Note.objects.known_to(request.user).select_related("space"), pk=pk)
    if not facilitates(request.user, note.space):
        raise PermissionDenied
    form = ReviewForm(request.POST)
    if not form.is_valid() and reads_draft(request.user, note):
        return note_page(request, pk, review_form=form, status=422)
    try:
        review(
            note=note,
            by=request.user,
            respected=form.cleaned_data.get("answer") == "respected",
            words=form.cleaned_data.get("words", ""),
        )
    except Refused as refusal:
        return refused(request, note, refusal)
    messages.success(request, _("Votre relecture est transmise aux auteurs."))
    return redirect("reservoir:of_space", note.space_id)
