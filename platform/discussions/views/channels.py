"""Pages of talk: where one's channels are listed, and one channel."""

from uuid import UUID, uuid4

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET

from accounts.requests import SignedInRequest
from discussions import history, unread
from discussions.forms import MessageForm
from discussions.fragments import with_signs
from discussions.listing import groups_of, line_of, lines_in, total_in
from discussions.models import Channel, Draft, Sign
from discussions.permissions import can_keep, can_post, may_type_along, moderates
from live.publish import last_seq
from spaces.models import TAKING_PART, Space


def visible_channel(request: SignedInRequest, pk: UUID) -> Channel:
    """The channel, for those who read it; it does not exist for anybody else."""
    return get_object_or_404(
        Channel.objects.visible_to(request.user)
        .select_related("space__parent")
        .prefetch_related("people__organisation"),
        pk=pk,
    )


def channel_page(
    request: SignedInRequest, pk: UUID, form: MessageForm | None = None, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    """A window on the channel with the line to write, beside one's other channels; `form` gives refused words back."""
    groups = groups_of(request.user)
    line = line_of(groups, pk)
    if line is None:
        raise Http404
    channel = line.channel
    seq = last_seq(channel.topic)  # first: what is written meanwhile is then both on the page and heard of
    window = history.asked_for(channel, request.GET, channel.messages.roots().for_page())
    with_signs(window.messages, request.user)
    if form is None:
        draft = Draft.objects.filter(person=request.user, channel=channel, thread=None).first()
        form = MessageForm(initial={"client_id": uuid4(), "body": draft.body if draft else ""})
        if draft:  # the device may hold later words
            form.fields["body"].widget.attrs["data-saved-at"] = draft.saved_at.isoformat()
    return render(
        request,
        "discussions/channel.html",
        {
            "channel": channel,
            "title": line.title,
            "line": line,
            "groups": groups,
            "unread_total": total_in(groups) + unread.in_threads(request.user),
            "window": window,
            "first_unread": unread.first_in(channel, request.user, line.read_seq) if line.unread else None,
            "seq": seq,
            "form": form,
            "refusal": refusal,
            "signs": list(Sign),
            "moderates": moderates(request.user, channel),
            "may_post": can_post(request.user, channel),
            "may_keep": can_keep(request.user, channel.space),
            "types_along": may_type_along(channel),
            "level": line.level,
        },
        status=status,
    )


@require_GET
@login_required
def everything(request: SignedInRequest) -> HttpResponse:
    """« Mes discussions »: all one's channels by space, the direct messages, the threads one follows."""
    threads = unread.threads_of(request.user).select_related("thread__channel__space", "thread__author")
    return render(
        request,
        "discussions/all.html",
        {
            "groups": groups_of(request.user),
            "threads": threads.order_by("-thread__last_reply_at", "-thread__created_at", "pk")[: history.PAGE],
        },
    )


@require_GET
@login_required
def of_space(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """The channels of a space, with those of its peer groups that one is in; or the only one there is."""
    space = get_object_or_404(Space.objects.of(request.user, TAKING_PART), pk=pk)
    groups = groups_of(request.user, within=space.pk)
    if len(lines := list(lines_in(groups))) == 1:
        return redirect(lines[0].channel)
    return render(
        request,
        "discussions/of_space.html",
        {"space": space, "groups": groups, "may_keep": can_keep(request.user, space)},
    )


@require_GET
@login_required
def channel(request: SignedInRequest, pk: UUID) -> HttpResponse:
    return channel_page(request, pk)
