"""Agreements, publishing, and the way back."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import Organisation
from accounts.requests import SignedInRequest
from reservoir.actions import (
    NotReady,
    Refused,
    answer_consent,
    ask_consents,
    lower,
    publish,
    record_organisation_consent,
    take_back_consent,
    withdraw,
)
from reservoir.forms import OrganisationConsentForm, PublishForm, RungForm, rung_or_cohort
from reservoir.models import Licence, Note, NoteConsent
from reservoir.permissions import RUNGS, can_answer, leads_of, needs
from reservoir.quoting import holding_back
from reservoir.views.writing import own_note, refused
from spaces.models import Visibility


@login_required
@require_http_methods(["GET", "POST"])
def share(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Up to where, who must agree, what is missing, and the button."""
    note = own_note(request, pk)
    if request.method == "GET":
        return _share(request, note, rung_or_cohort(request.GET.get("jusqu", "")))
    rung = rung_or_cohort(request.POST.get("visibility", ""))
    form = PublishForm(request.POST, public=rung == Visibility.PUBLIC)
    if not form.is_valid():
        return _share(request, note, rung, publish_form=form, status=422)
    try:
        publish(
            note=note,
            by=request.user,
            visibility=form.cleaned_data["visibility"],
            seen_version=form.cleaned_data["seen_version"],
            agree=form.cleaned_data["agree"],
            people_agree=form.cleaned_data["people_agree"],
        )
    except NotReady as refusal:
        return _share(request, note, rung, refusal=str(refusal), publish_form=form, status=422)
    except Refused as refusal:
        return _share(request, note, rung, refusal=str(refusal), publish_form=form, status=409)
    messages.success(request, _("La note est publiée. Elle peut être lue par : %(who)s.") % {"who": rung.label})
    return redirect("reservoir:note", note.pk)


def _share(
    request: SignedInRequest,
    note: Note,
    rung: Visibility,
    *,
    refusal: str = "",
    publish_form: PublishForm | None = None,
    organisation_form: OrganisationConsentForm | None = None,
    status: int = 200,
) -> HttpResponse:
    note = own_note(request, note.pk)  # as it is now: an action may have changed what the page shows
    facts = {"visibility": rung.value, "seen_version": note.version}
    lines = []
    for need in needs(note, rung):
        if need.kind == NoteConsent.Kind.PERSON or need.person == request.user:
            continue
        leads = leads_of(note, need.organisation) if need.organisation else []
        form = None
        if need.organisation and not leads and not need.met:
            sent = organisation_form
            theirs = sent is not None and sent.data.get("organisation") == str(need.organisation.pk)
            form = sent if theirs else OrganisationConsentForm(
                initial=facts | {"organisation": need.organisation.pk}, auto_id=f"id_{need.organisation.pk}_%s"
            )  # fmt: skip
        lines.append({"need": need, "leads": leads, "form": form})
    waiting = [line for line in lines if not line["need"].met]  # type: ignore[attr-defined]
    missing, quotes = note.missing(), holding_back(note)
    context = {
        "note": note,
        "space": note.space,
        "rung": rung,
        "rung_form": RungForm(initial={"visibility": rung.value}),
        "lines": lines,
        "waiting": waiting,
        "to_ask": [line for line in waiting if line["form"] is None],
        "missing": missing,
        "quotes": quotes,
        "ready": not missing and not waiting and not quotes,
        "publish_form": publish_form or PublishForm(initial=facts, public=rung == Visibility.PUBLIC),
        "refusal": refusal,
        "licence": Licence(note.chosen_licence()),
        "lower_rungs": [each for each in RUNGS if each.rung < Visibility(note.visibility).rung],
        "already": note.is_published and rung.rung <= Visibility(note.visibility).rung and note.state == "published",
    }
    return render(request, "reservoir/share.html", context, status=status)


@login_required
@require_POST
def ask(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Ask everyone whose agreement is missing."""
    note = own_note(request, pk)
    rung = rung_or_cohort(request.POST.get("visibility", ""))
    try:
        asked = ask_consents(note=note, up_to=rung, by=request.user)
    except NotReady as refusal:
        return _share(request, note, rung, refusal=str(refusal), status=422)
    except Refused as refusal:
        return refused(request, note, refusal)
    if asked:
        messages.success(request, _("Les accords sont demandés. La note attend leurs réponses, rien n’est publié."))
    return redirect(f"{reverse('reservoir:share', args=[note.pk])}?jusqu={rung}")


@login_required
@require_POST
def organisation(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Note down who agreed for an organisation that has no referent here."""
    note = own_note(request, pk)
    rung = rung_or_cohort(request.POST.get("visibility", ""))
    form = OrganisationConsentForm(request.POST, auto_id=f"id_{request.POST.get('organisation', '')[:40]}_%s")
    if not form.is_valid():
        return _share(request, note, rung, organisation_form=form, status=422)
    try:
        record_organisation_consent(
            note=note,
            organisation=get_object_or_404(Organisation, pk=form.cleaned_data["organisation"]),
            by=request.user,
            given_by=form.cleaned_data["given_by"],
            up_to=rung,
            seen_version=form.cleaned_data["seen_version"],
        )
    except Refused as refusal:
        return _share(request, note, rung, refusal=str(refusal), status=409)
    return redirect(f"{reverse('reservoir:share', args=[note.pk])}?jusqu={rung}")


@login_required
@require_POST
def consent(request: SignedInRequest, pk: UUID, consent: UUID) -> HttpResponse:
    """Agree, refuse, or take one's agreement back."""
    note = get_object_or_404(Note.objects.visible_to(request.user), pk=pk)
    found = get_object_or_404(note.consents.select_related("note__space"), pk=consent)
    if not can_answer(request.user, found):
        raise PermissionDenied
    answer = request.POST.get("answer")
    try:
        if answer == "take_back":
            take_back_consent(consent=found, by=request.user)
            messages.success(request, _("Votre accord est repris, et ce qu’il permettait avec lui."))
        elif answer in {"agree", "refuse"}:
            answer_consent(consent=found, by=request.user, agree=answer == "agree")
            messages.success(
                request,
                _("Votre accord est donné.") if answer == "agree" else _("Votre refus est noté. Rien n’est publié."),
            )
        else:
            raise Http404
    except Refused as refusal:
        return refused(request, note, refusal)
    if Note.objects.visible_to(request.user).filter(pk=note.pk).exists():
        return redirect("reservoir:note", note.pk)
    return redirect("reservoir:of_space", note.space_id)


@login_required
@require_POST
def come_down(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Let fewer people read the note."""
    note = own_note(request, pk)
    try:
        lower(note=note, by=request.user, visibility=request.POST.get("visibility", ""))
    except Refused as refusal:
        return refused(request, note, refusal)
    return redirect("reservoir:note", note.pk)


@login_required
@require_http_methods(["GET", "POST"])
def take_away(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """« Retirer »: says what will happen, then does it."""
    note = own_note(request, pk)
    if request.method == "GET":
        return render(request, "reservoir/withdraw.html", {"note": note, "space": note.space})
    try:
        withdraw(note=note, by=request.user)
    except Refused as refusal:
        return refused(request, note, refusal)
    messages.success(request, _("La note est retirée. Ses lecteurs voient seulement qu’elle l’a été, et quand."))
    return redirect("reservoir:of_space", note.space_id)
