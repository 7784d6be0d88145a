"""Pages of moderation: report a message, decide what becomes of it, answer the decision."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.requests import SignedInRequest
from discussions.actions import moderation
from discussions.forms import AnswerForm, HideForm, ReportForm
from discussions.models import Channel, Message, Report
from discussions.permissions import can_answer_moderation, can_moderate, can_read, can_report, can_see_reports
from spaces.models import Space
from spaces.permissions import facilitates

ACTS = 50  # of the log, on the page


@require_http_methods(["GET", "POST"])
@login_required
def report(request: SignedInRequest, pk: UUID, message: UUID) -> HttpResponse:
    """Say why a message should not stand there."""
    found = _message(message, pk, channel__in=Channel.objects.visible_to(request.user))
    if not can_report(request.user, found):
        raise PermissionDenied

    def act(**words: Any) -> None:
        moderation.report_message(message=found, by=request.user, **words)
        messages.success(request, _("C’est dit à l’animation. Vous seul·e et elle le savez."))

    return _decide(request, found, ReportForm, "discussions/report.html", act, then=found.get_absolute_url())


@require_http_methods(["GET", "POST"])
@login_required
def hide(request: SignedInRequest, pk: UUID, message: UUID) -> HttpResponse:
    """Hide a message, with the reason that everyone reads in its place."""
    found = _moderated(request, pk, message)
    if request.method == "GET" and not found.stands:
        return redirect("discussions:reports", pk=found.channel.space_id)

    def act(**words: Any) -> None:
        moderation.hide_message(message=found, by=request.user, **words)
        messages.success(request, _("Le message est masqué. Son auteur·rice en est prévenu·e et peut répondre."))

    return _decide(request, found, HideForm, "discussions/hide.html", act, then=_reports_of(found))


@require_POST
@login_required
def restore(request: SignedInRequest, pk: UUID, message: UUID) -> HttpResponse:
    found = _moderated(request, pk, message)
    try:
        moderation.restore_message(message=found, by=request.user)
        messages.success(request, _("Le message est de nouveau lisible par tous."))
    except moderation.NothingToDecide:
        messages.info(request, _("Ce message n’est plus masqué, ou son auteur·rice l’a supprimé."))
    return redirect(_reports_of(found))


@require_POST
@login_required
def keep(request: SignedInRequest, pk: UUID, message: UUID) -> HttpResponse:
    found = _moderated(request, pk, message)
    try:
        moderation.keep_message(message=found, by=request.user)
        messages.success(request, _("Le message reste, et le signalement est clos."))
    except moderation.NothingToDecide:
        messages.info(request, _("Quelqu’un a déjà répondu à ce signalement."))
    return redirect(_reports_of(found))


@require_http_methods(["GET", "POST"])
@login_required
def hidden(request: SignedInRequest, pk: UUID, message: UUID) -> HttpResponse:
    """The author of a hidden message reads why, and her own words again, and may answer."""
    found = _message(message, pk, channel__in=Channel.objects.visible_to(request.user), author=request.user)
    if not can_answer_moderation(request.user, found):
        raise PermissionDenied
    if found.hidden_at is None:
        return redirect(found)

    def act(**words: Any) -> None:
        moderation.answer_moderation(message=found, author=request.user, **words)
        messages.success(request, _("Votre réponse est transmise à l’animation."))

    return _decide(request, found, AnswerForm, "discussions/hidden.html", act, then=request.path)


@require_GET
@login_required
def reports(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """What is reported in a space and waits for a decision, what is hidden, and the log of what was decided.

    An administrator who does not facilitate the space sees what was reported, nothing else (domain.md 8.1). Nobody
    sees what was reported of herself: it would tell her who did.
    """
    space = get_object_or_404(Space, pk=pk)
    if not can_see_reports(request.user, space):
        raise Http404
    rows = Message.objects.filter(channel__space=space).exclude(author=request.user)
    rows = rows.select_related("author__organisation", "channel")
    if not facilitates(request.user, space):
        rows = rows.filter(pk__in=Report.objects.values("message"))
    waiting = rows.filter(pk__in=Report.objects.filter(closed_at__isnull=True).values("message"))
    return render(
        request,
        "discussions/reports.html",
        {
            "space": space,
            "waiting": waiting.prefetch_related("reports__person").order_by("created_at", "pk"),
            "hidden": rows.filter(hidden_at__isnull=False, removed_at__isnull=True).order_by("-hidden_at", "pk"),
            "acts": space.moderation_acts.select_related("by", "message__channel").order_by("-at", "-pk")[:ACTS],
        },
    )


def _message(pk: UUID, channel: UUID, *among: Q, **fields: Any) -> Message:
    rows = Message.objects.select_related("author__organisation", "channel__space")
    return get_object_or_404(rows.filter(*among, **fields), pk=pk, channel=channel)


def _moderated(request: SignedInRequest, channel: UUID, pk: UUID) -> Message:
    """A message that one may moderate: 403 for its other readers, 404 for whoever may not know of it."""
    read = Q(channel__in=Channel.objects.visible_to(request.user))
    found = _message(pk, channel, read | Q(pk__in=Report.objects.values("message")))
    if can_moderate(request.user, found):
        return found
    if can_read(request.user, found.channel):
        raise PermissionDenied
    raise Http404


def _decide(
    request: SignedInRequest,
    message: Message,
    form_class: type[ReportForm] | type[HideForm] | type[AnswerForm],
    template: str,
    act: Callable[..., None],
    *,
    then: str,
) -> HttpResponse:
    """Ask for words, then act with them; whatever stands in the way is said with the words still there."""
    form = form_class(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                act(**form.cleaned_data)
                return redirect(then)
            except moderation.AlreadyReported:
                form.add_error(None, _("Vous avez déjà signalé ce message ; l’animation va répondre."))
                status = 409
            except moderation.NothingToDecide:
                form.add_error(None, _("Ce message a changé entre-temps : il n’y a plus rien à décider."))
                status = 409
    context = {"message": message, "channel": message.channel, "space": message.channel.space, "form": form}
    return render(request, template, context, status=status)


def _reports_of(message: Message) -> str:
    return reverse("discussions:reports", args=[message.channel.space_id])
