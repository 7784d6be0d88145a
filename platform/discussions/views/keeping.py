"""The settings of a space's talk, for those who facilitate it."""

from typing import cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.requests import SignedInRequest
from discussions import actions
from discussions.choices import ChannelForm
from discussions.models import Channel
from discussions.permissions import can_keep
from spaces.models import TAKING_PART, Space


def _kept(request: SignedInRequest, space: Space | None) -> Space:
    """The space, for those who keep its channels; unknown to whoever does not take part in it."""
    if space is None:
        raise Http404
    if not can_keep(request.user, space):
        if Space.objects.of(request.user, TAKING_PART).filter(pk=space.pk).exists():
            raise PermissionDenied
        raise Http404
    return space


def _channel(request: SignedInRequest, pk: UUID) -> Channel:
    found = get_object_or_404(Channel.objects.of_spaces().select_related("space__parent"), pk=pk)
    _kept(request, found.space)
    return found


def _settings_of(space: Space) -> str:
    return reverse("discussions:settings", args=[space.pk])


def _page(request: SignedInRequest, space: Space, form: ChannelForm, *, status: int = 200) -> HttpResponse:
    channels = list(Channel.objects.of_spaces().filter(space=space).order_by("position", "created_at", "id"))
    return render(
        request,
        "discussions/settings.html",
        {
            "space": space,
            "open": [channel for channel in channels if not channel.archived_at],
            "archived": [channel for channel in channels if channel.archived_at],
            "form": form,
        },
        status=status,
    )


def _same_name(form: ChannelForm) -> None:
    form.add_error("name", _("Un autre fil ouvert porte déjà ce nom : choisissez-en un qui les distingue."))


@require_GET
@login_required
def settings(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """The channels of a space in their order, and a new one."""
    space = _kept(request, Space.objects.select_related("parent").filter(pk=pk).first())
    return _page(request, space, ChannelForm())


@require_POST
@login_required
def create(request: SignedInRequest, pk: UUID) -> HttpResponse:
    space = _kept(request, Space.objects.select_related("parent").filter(pk=pk).first())
    form = ChannelForm(request.POST)
    if form.is_valid():
        try:
            made = actions.create_channel(space=space, by=request.user, **form.cleaned_data)
        except actions.NameTaken:
            _same_name(form)
        else:
            messages.success(request, _("Le fil « %(name)s » est ouvert.") % {"name": made.name})
            return redirect(_settings_of(space))
    return _page(request, space, form, status=422)


@require_http_methods(["GET", "POST"])
@login_required
def change(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Its name, what it is for, who writes there."""
    channel = _channel(request, pk)
    given = {"name": channel.name, "description": channel.description, "read_only": channel.read_only}
    form = ChannelForm(cast(dict[str, object], request.POST) if request.method == "POST" else None, initial=given)
    if request.method == "POST" and form.is_valid():
        try:
            actions.change_channel(channel=channel, by=request.user, **form.cleaned_data)
        except actions.NameTaken:
            _same_name(form)
        else:
            messages.success(request, _("Le fil est à jour."))
            return redirect(_settings_of(channel.space))
    context = {"channel": channel, "space": channel.space, "form": form}
    return render(request, "discussions/change.html", context, status=422 if form.errors else 200)


@require_POST
@login_required
def move(request: SignedInRequest, pk: UUID) -> HttpResponse:
    channel = _channel(request, pk)
    actions.move_channel(channel=channel, up=request.POST.get("to") == "up", by=request.user)
    return redirect(f"{_settings_of(channel.space)}#fil-{channel.pk}")


@require_POST
@login_required
def archive(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Close a channel, or open it again."""
    channel = _channel(request, pk)
    try:
        if request.POST.get("to") == "open":
            actions.reopen_channel(channel=channel, by=request.user)
            messages.success(request, _("Le fil est rouvert."))
        else:
            actions.archive_channel(channel=channel, by=request.user)
            messages.success(request, _("Le fil est archivé : il reste lisible, plus personne n’y écrit."))
    except (actions.NameTaken, actions.GeneralStays) as refusal:
        sentence = (
            _("Le fil général d’un espace reste toujours ouvert.")
            if isinstance(refusal, actions.GeneralStays)
            else _("Un autre fil ouvert porte déjà ce nom : renommez d’abord l’un des deux.")
        )
        return render(request, "409.html", {"sentence": sentence, "back": _settings_of(channel.space)}, status=409)
    return redirect(_settings_of(channel.space))
