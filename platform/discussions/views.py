"""Pages of talk: a channel, what one posts there, what one takes back."""

from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.requests import SignedInRequest
from discussions import actions
from discussions.forms import MessageForm
from discussions.models import Channel
from discussions.permissions import can_remove
from live.publish import last_seq
from spaces.models import TAKING_PART, Space
from spaces.permissions import facilitates

PAGE = 50  # messages


def _channel_page(
    request: SignedInRequest, channel: Channel, form: MessageForm, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    seq = last_seq(channel.topic)  # first: what is written meanwhile is then both on the page and heard of
    before = request.GET.get("before", "")
    rows = channel.messages.select_related("author__organisation").order_by("-seq")
    if before.isdecimal() and len(before) < 16:
        rows = rows.before(int(before))
    shown = list(rows[: PAGE + 1])
    return render(
        request,
        "discussions/channel.html",
        {
            "channel": channel,
            "channels": Channel.objects.filter(space=channel.space_id),
            "shown": shown[:PAGE][::-1],
            "older": shown[PAGE - 1].seq if len(shown) > PAGE else None,
            "is_last_page": not before,
            "seq": seq,
            "form": form,
            "refusal": refusal,
            "moderates": facilitates(request.user, channel.space),
        },
        status=status,
    )


def _visible(request: SignedInRequest, pk: UUID) -> Channel:
    return get_object_or_404(Channel.objects.visible_to(request.user).select_related("space"), pk=pk)


@require_GET
@login_required
def of_space(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """The channels of a space, or the one it has."""
    space = get_object_or_404(Space.objects.of(request.user, TAKING_PART), pk=pk)
    channels = list(Channel.objects.filter(space=space))
    if len(channels) == 1:
        return redirect(channels[0])
    return render(request, "discussions/of_space.html", {"space": space, "channels": channels})


@require_GET
@login_required
def channel(request: SignedInRequest, pk: UUID) -> HttpResponse:
    return _channel_page(request, _visible(request, pk), MessageForm(initial={"client_id": uuid4()}))


@require_POST
@login_required
def post(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Post a message; a page with a script asks for JSON, and gets its own message back, drawn."""
    channel = _visible(request, pk)
    by_script = request.headers.get("Accept") == "application/json"
    form = MessageForm(request.POST)
    if not form.is_valid():
        if by_script:
            return JsonResponse({"error": " ".join(_errors(form))}, status=422)
        return _channel_page(request, channel, form, status=422)
    try:
        message = actions.post_message(channel=channel, author=request.user, **form.cleaned_data)
    except actions.ReusedClientId:
        refusal = _(
            "Un autre message est déjà parti sous le même numéro. Celui-ci n’est pas envoyé ; vos mots sont "
            "toujours là : envoyez-les à nouveau."
        )
        if by_script:
            return JsonResponse({"error": refusal}, status=409)
        again = MessageForm(initial={"body": request.POST["body"], "client_id": uuid4()})
        return _channel_page(request, channel, again, refusal=refusal, status=409)
    if not by_script:
        return redirect(message)
    fragment = render_to_string("discussions/message.html", {"message": message, "may_remove": True}, request)
    return JsonResponse({"seq": message.seq, "message": message.pk, "html": fragment.strip()}, status=201)


def _errors(form: MessageForm) -> list[str]:
    return [str(error) for errors in form.errors.values() for error in errors]


@require_http_methods(["GET", "POST"])
@login_required
def remove(request: SignedInRequest, pk: UUID, message: UUID) -> HttpResponse:
    """Ask whether a message is to be taken back, then take it back."""
    channel = _visible(request, pk)
    found = get_object_or_404(channel.messages.select_related("author__organisation"), pk=message)
    found.channel = channel
    if not can_remove(request.user, found):
        raise PermissionDenied
    if request.method == "POST":
        actions.remove_message(message=found, by=request.user)
        messages.success(request, _("Le message est supprimé."))
        return redirect(found)
    return render(request, "discussions/remove.html", {"channel": channel, "message": found})
