"""The page of the quotations of a note: each person quoted answers there, and its authors see where they stand."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.requests import SignedInRequest
from notifications.actions import settle
from reservoir.actions import Refused, answer_quotation, rephrase_quotation
from reservoir.models import Note, Quotation
from reservoir.permissions import can_write, is_author
from reservoir.quoting import stands
from reservoir.views.writing import refused


def _note_and_quotations(request: SignedInRequest, pk: UUID) -> tuple[Note, list[Quotation], bool]:
    """All of them for an author, one's own for who is quoted; nobody else knows that there are any."""
    note = get_object_or_404(
        Note.objects.select_related("space").prefetch_related("sections").with_authors().with_current_release(), pk=pk
    )
    writes = is_author(request.user, note)
    rows = note.quotations.select_related("person", "asked_by")
    quotations = list(rows if writes else rows.filter(person=request.user))
    if not quotations:
        raise Http404
    return note, quotations, writes


@login_required
@require_safe
def quotations(request: SignedInRequest, pk: UUID) -> HttpResponse:
    note, rows, writes = _note_and_quotations(request, pk)
    if not writes:
        return render(request, "reservoir/quoted.html", {"note": note, "quotations": rows, "who": rows[0].asked_by})
    lines = [{"quotation": row, "stands": stands(row, note)} for row in rows]
    context = {"note": note, "space": note.space, "lines": lines, "can_write": can_write(request.user, note)}
    return render(request, "reservoir/quotations.html", context)


@login_required
@require_POST
def quotation(request: SignedInRequest, pk: UUID, quotation: UUID) -> HttpResponse:
    """« D’accord », « Non », or « Reformulée » for an author."""
    note, rows, _writes = _note_and_quotations(request, pk)
    found = next((row for row in rows if row.pk == quotation), None)
    answer = request.POST.get("answer")
    mine = found is not None and found.person_id == request.user.pk
    if found is None or answer not in (("agree", "refuse") if mine else ("rephrased",)):
        raise Http404
    try:
        if not mine:
            rephrase_quotation(quotation=found, by=request.user)
            messages.success(request, _("C’est noté : ces mots ne sont plus cités."))
        else:
            answer_quotation(quotation=found, by=request.user, agree=answer == "agree")
            settle(person=request.user, about=("quotations", [note.pk]))
            messages.success(
                request,
                _("Votre accord est donné. Vous pourrez le reprendre ici à tout moment.")
                if answer == "agree"
                else _("C’est noté : ces mots ne seront pas publiés. Vous pourrez changer d’avis ici."),
            )
    except Refused as refusal:
        return refused(request, note, refusal)
    return redirect("reservoir:quotations", note.pk)
