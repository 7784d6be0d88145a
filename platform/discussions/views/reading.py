"""What a reader keeps for herself: how far she has read, what she wants to be told, what she has begun to write."""

from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from redis.exceptions import RedisError

from accounts.requests import SignedInRequest
from discussions import actions
from discussions.choices import DraftForm, LevelForm, SeqForm
from discussions.models import Channel, Message
from discussions.permissions import can_post, may_type_along
from discussions.views.channels import visible_channel
from live import publish

#: One whisper a person in that time says enough.
TYPING_EVERY = timedelta(seconds=3)


def _by_script(request: SignedInRequest) -> bool:
    return request.headers.get("Accept") == "application/json"


def _root(channel: Channel, value: object) -> Message | None:
    """The message whose thread is spoken of, when one is."""
    return get_object_or_404(channel.messages.roots(), pk=value) if value else None


@require_POST
@login_required
def read(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Seen up to `seq`: the script tells it when the page is in sight, a button does without one."""
    channel = visible_channel(request, pk)
    form = SeqForm(request.POST)
    if not form.is_valid():
        return JsonResponse({"error": _("Ce numéro n’est pas celui d’un message.")}, status=422)
    seq, root = form.cleaned_data["seq"], _root(channel, form.cleaned_data["thread"])
    if root:
        left = actions.mark_thread_read(root=root, person=request.user, seq=seq)
    else:
        left = actions.mark_read(channel=channel, person=request.user, seq=seq)
    return JsonResponse({"unread": left}) if _by_script(request) else redirect(root or channel)


@require_POST
@login_required
def unread(request: SignedInRequest, pk: UUID, message: UUID) -> HttpResponse:
    """Find a message unread again, as when one means to come back to it."""
    channel = visible_channel(request, pk)
    found = get_object_or_404(channel.messages, pk=message)
    left = actions.mark_unread(message=found, person=request.user)
    if _by_script(request):
        return JsonResponse({"unread": left})
    messages.success(request, _("Ce message et les suivants vous attendent, non lus."))
    return redirect("discussions:all")


@require_POST
@login_required
def read_all(request: SignedInRequest) -> HttpResponse:
    left = actions.mark_all_read(person=request.user)
    return JsonResponse({"unread": left}) if _by_script(request) else redirect("discussions:all")


@require_POST
@login_required
def level(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """What one wants to be told of this channel."""
    channel = visible_channel(request, pk)
    form = LevelForm(request.POST)
    if not form.is_valid():
        return JsonResponse({"error": _("Ce choix n’existe pas.")}, status=422)
    chosen = actions.set_level(channel=channel, person=request.user, level=form.cleaned_data["level"])
    if _by_script(request):
        return JsonResponse({"level": chosen.level})
    messages.success(request, _("C’est noté pour ce fil : %(level)s.") % {"level": chosen.get_level_display()})
    return redirect(channel)


@require_POST
@login_required
def draft(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Keep what one has begun to write, for one's other devices; empty words forget it."""
    channel = visible_channel(request, pk)
    form = DraftForm(request.POST)
    if not form.is_valid():
        return JsonResponse({"error": _("Ce brouillon est trop long pour être gardé.")}, status=422)
    root = _root(channel, form.cleaned_data["thread"])
    kept = actions.keep_draft(channel=channel, person=request.user, body=form.cleaned_data["body"], thread=root)
    if _by_script(request):
        return JsonResponse({"saved_at": kept.saved_at if kept else None})
    return redirect(root or channel)


@require_POST
@login_required
def typing(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """« … est en train d’écrire », whispered to a small channel and kept nowhere."""
    channel = visible_channel(request, pk)
    form = DraftForm(request.POST)
    form.is_valid()
    root = _root(channel, form.cleaned_data.get("thread"))
    try:
        fresh = cache.add(f"typing:{channel.pk}:{request.user.pk}", 1, timeout=TYPING_EVERY.total_seconds())
    except RedisError:
        fresh = False  # whispers are what one does without first
    if fresh and may_type_along(channel) and can_post(request.user, channel):
        thread = {"thread": str(root.pk)} if root else {}
        publish.whisper(channel.topic, "typing", person=str(request.user.pk), **thread)
    return HttpResponse(status=204)
