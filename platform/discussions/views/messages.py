"""Pages of a message: sent, read with its answers, changed, taken back, kept; each answers a script too."""

from uuid import UUID, uuid4

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.limits import may_again
from accounts.requests import SignedInRequest
from discussions import actions, history, mentions, words
from discussions.filing import Refused
from discussions.forms import MessageForm, WordsForm
from discussions.fragments import render_message, with_signs
from discussions.models import Channel, Draft, File, Following, Message, Reaction, SavedMessage, Sign
from discussions.permissions import (
    can_edit,
    can_moderate,
    can_pin,
    can_post,
    can_react,
    can_remove,
    can_report,
    may_type_along,
    moderates,
)
from discussions.views.channels import channel_page, visible_channel
from live.publish import last_seq

PINNED = 100  # shown of one channel


def by_script(request: SignedInRequest) -> bool:
    return request.headers.get("Accept") == "application/json"


def _found(request: SignedInRequest, pk: UUID, message: UUID) -> Message:
    """A message, for those who read its channel."""
    rows = Message.objects.visible_to(request.user).for_page().select_related("channel__space", "thread")
    return get_object_or_404(rows, pk=message, channel=pk)


def _errors(form: forms.Form) -> str:
    return " ".join(str(error) for errors in form.errors.values() for error in errors)


def _is_on(request: SignedInRequest) -> bool:
    return request.POST.get("on", "") in {"1", "true", "on"}


def _gone(request: SignedInRequest, message: Message) -> HttpResponse:
    sentence = _("Ce message a été supprimé ou masqué entre-temps.")
    if by_script(request):
        return JsonResponse({"error": sentence}, status=409)
    return render(request, "discussions/gone.html", {"channel": message.channel, "sentence": sentence}, status=409)


# --- sending ----------------------------------------------------------------------------------------------------------


@require_POST
@login_required
def post(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Post a message; a page with a script asks for JSON, and gets its own message back, drawn."""
    # Who reads it is asked once, by the action, while the channel is locked: here it would be the longest of all steps.
    channel = get_object_or_404(Channel.objects.select_related("space"), pk=pk)
    uploaded, not_taken = _uploaded(request, channel)
    data = request.POST.copy()
    data.setlistdefault("files").extend(uploaded)
    form = MessageForm(data)
    if not form.is_valid() or not_taken:
        return _refused(request, channel, form, not_taken, status=422)
    if not may_again(request.user, "send", a_minute=settings.SENDS_A_MINUTE):
        return _refused(request, channel, form, _too_fast(), status=429)
    sent = form.cleaned_data
    about = {sent["thread"], sent["quoted"]} - {None}
    rows = channel.messages.for_page().select_related("thread").filter(pk__in=about) if about else []
    known = {row.pk: row for row in rows}
    if about - known.keys():
        return _refused(request, channel, form, _("Le message dont vous parlez n’est plus dans ce fil."), status=422)
    try:
        typed = words.read(sent["body"], channel=channel, author=request.user, chosen=sent["mentioned"])
        message = actions.post_message(
            channel=channel,
            author=request.user,
            body=typed.body,
            named=typed.named,
            client_id=sent["client_id"],
            thread=known.get(sent["thread"]),
            quoted=known.get(sent["quoted"]),
            files=sent["files"],
        )
    except PermissionDenied:
        raise Http404 from None
    except mentions.TooManyMentions:
        return _refused(request, channel, form, _too_many(), status=422)
    except actions.FilesGone:
        sentence = _("Un fichier joint n’est plus là : joignez-le à nouveau. Vos mots sont gardés.")
        return _refused(request, channel, form, sentence, status=409)
    except actions.ChannelClosed:
        sentence = _("On n’écrit plus dans ce fil : il est archivé, ou réservé à l’animation. Vos mots sont gardés.")
        return _refused(request, channel, form, sentence, status=409)
    except actions.ReusedClientId:
        sentence = _(
            "Un autre message est déjà parti sous le même numéro. Celui-ci n’est pas envoyé ; vos mots sont "
            "toujours là : envoyez-les à nouveau."
        )
        return _refused(request, channel, form, sentence, status=409)
    if not by_script(request):
        actions.keep_draft(channel=channel, person=request.user, body="", thread=message.thread)
        if typed.notice:
            messages.info(request, typed.notice)
        return redirect(message)
    told = {"seq": message.seq, "message": message.pk, "html": message.fragment or render_message(message)}
    return JsonResponse(told | ({"notice": typed.notice} if typed.notice else {}))


def _uploaded(request: SignedInRequest, channel: Channel) -> tuple[list[str], str]:
    """The files that a page without a script sends with the words, and why some are not taken."""
    ids, reasons = [], []
    for upload in request.FILES.getlist("uploads"):
        try:
            ids.append(str(actions.take_file(channel=channel, owner=request.user, upload=upload).pk))
        except PermissionDenied:
            break  # the message itself is refused for the same reason, with its words
        except Refused as refusal:
            reasons.append(_("%(name)s : %(reason)s") % {"name": upload.name, "reason": refusal})
    return ids, " ".join(reasons)


def _too_fast() -> str:
    return _("Vous écrivez très vite. Rien n’est perdu : attendez quelques secondes, puis envoyez à nouveau.")


def _too_many() -> str:
    return _("Un message nomme %(most)d personnes au plus : vos mots sont gardés, retirez quelques noms.") % {
        "most": mentions.MOST
    }


def _refused(
    request: SignedInRequest, channel: Channel, form: MessageForm, refusal: str = "", *, status: int
) -> HttpResponse:
    """The message is not sent: why, and everything typed still there, under an id that has not served."""
    channel = visible_channel(request, channel.pk)
    if by_script(request):
        return JsonResponse({"error": refusal or _errors(form)}, status=status)
    if status == 409:
        form = MessageForm(form.data.copy())
        form.data["client_id"] = str(uuid4())
    form.given = list(
        File.objects.waiting().filter(
            owner=request.user, channel=channel, pk__in=form.fields["files"].clean(form["files"].data)
        )
    )
    thread = form["thread"].data
    if thread and (root := channel.messages.for_page().filter(pk=_id(thread)).first()):
        return thread_page(request, channel, root, form, refusal=refusal, status=status)
    return channel_page(request, channel.pk, form, refusal=refusal, status=status)


def _id(text: object) -> UUID | None:
    try:
        return UUID(str(text))
    except ValueError:
        return None


# --- reading ----------------------------------------------------------------------------------------------------------


@require_GET
@login_required
def message(request: SignedInRequest, pk: UUID, message: UUID) -> HttpResponse:
    """The page of a message: what it began or answers, the line to answer, and all that one may do with it."""
    return thread_page(request, visible_channel(request, pk), _found(request, pk, message))


def thread_page(
    request: SignedInRequest,
    channel: Channel,
    focus: Message,
    form: MessageForm | None = None,
    *,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    """A thread around the message one came for; `form` gives refused words back."""
    seq = last_seq(channel.topic)  # first: what is written meanwhile is then both on the page and heard of
    root = channel.messages.for_page().get(pk=focus.thread_id) if focus.thread_id else focus
    replies = root.replies.for_page()
    if focus.thread_id and not request.GET:
        window = history.around(replies, focus.seq)
    else:
        window = history.asked_for(channel, request.GET, replies)
    shown = with_signs([root, *window.messages], request.user)
    root.place = "root"
    focus = next((row for row in shown if row.pk == focus.pk), focus)
    for row in shown:
        row.channel = channel
    following = Following.objects.filter(thread=root, person=request.user).first()
    draft = Draft.objects.filter(person=request.user, channel=channel, thread=root).first()
    quoted = focus if request.GET.get("citer") and focus.stands else None
    if form is None:
        form = MessageForm(
            initial={
                "client_id": uuid4(),
                "thread": root.pk,
                "quoted": quoted and quoted.pk,
                "body": draft.body if draft else "",
            }
        )
    signs = [(sign, sign.value in focus.mine) for sign in Sign]
    return render(
        request,
        "discussions/thread.html",
        {
            "channel": channel,
            "title": channel.title_for(request.user),
            "root": root,
            "focus": focus,
            "quoted": quoted,
            "window": window,
            "seq": seq,
            "form": form,
            "draft": draft,
            "refusal": refusal,
            "signs": list(Sign),
            "own_signs": signs,
            "moderates": moderates(request.user, channel),
            "may_post": can_post(request.user, channel),
            "may_edit": can_edit(request.user, focus),
            "may_react": can_react(request.user, focus),
            "may_pin": can_pin(request.user, focus),
            "may_remove": not focus.removed_at and can_remove(request.user, focus),
            "may_report": can_report(request.user, focus),
            "may_hide": focus.stands and can_moderate(request.user, focus),
            "types_along": may_type_along(channel),
            "follows": following is not None and not following.stopped,
            "read_seq": following.seq if following else None,
        },
        status=status,
    )


@require_GET
@login_required
def history_of(request: SignedInRequest, pk: UUID, message: UUID) -> HttpResponse:
    """What a message said before its author changed it."""
    found = _found(request, pk, message)
    if not found.stands:
        raise Http404
    with_signs([found], request.user)
    return render(
        request,
        "discussions/history.html",
        {"channel": found.channel, "message": found, "editions": found.editions.order_by("-until", "-pk")},
    )


@require_GET
@login_required
def pinned(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """What is pinned in a channel, the last first."""
    channel = visible_channel(request, pk)
    rows = channel.messages.for_page().standing().filter(pinned_at__isnull=False).order_by("-pinned_at", "-seq")
    shown = with_signs(rows[:PINNED], request.user)
    return render(
        request,
        "discussions/pinned.html",
        {"channel": channel, "title": channel.title_for(request.user), "messages_shown": shown},
    )


@require_GET
@login_required
def saved(request: SignedInRequest) -> HttpResponse:
    """What one keeps for later, wherever one still reads it; the last kept first."""
    visible = Message.objects.visible_to(request.user).standing()
    rows = SavedMessage.objects.filter(person=request.user, message__in=visible).order_by("-pk")
    before = request.GET.get("avant", "")
    if before.isdecimal() and len(before) < 16:
        rows = rows.filter(pk__lt=int(before))
    kept = list(rows.values_list("pk", "message")[: history.PAGE + 1])
    page = kept[: history.PAGE]
    found = {row.pk: row for row in visible.for_page().filter(pk__in=[message for _pk, message in page])}
    shown = with_signs([found[message] for _pk, message in page], request.user)
    for row in shown:
        row.channel_title = row.channel.title_for(request.user)  # type: ignore[attr-defined]
    return render(
        request,
        "discussions/saved.html",
        {"messages_shown": shown, "older": page[-1][0] if len(kept) > history.PAGE else None},
    )


@require_GET
@login_required
def people(request: SignedInRequest, pk: UUID) -> JsonResponse:
    """Who may be named in a channel, for what is typed after « @ »."""
    channel = get_object_or_404(Channel.objects.visible_to(request.user).select_related("space"), pk=pk)
    typed = request.GET.get("q", "")[:80]
    found: list[dict[str, str]] = [
        {"id": str(person.pk), "name": person.name, "about": person.organisation.name if person.organisation else ""}
        for person in mentions.offered(channel, typed)
        if person.pk != request.user.pk
    ]
    together = [] if channel.is_direct else mentions.groups(request.user, channel, typed)
    return JsonResponse({"people": (found + together)[: mentions.SHOWN]})


# --- changing ---------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
@login_required
def edit(request: SignedInRequest, pk: UUID, message: UUID) -> HttpResponse:
    """Change one's words; the former ones stay in the history of the message."""
    found = _found(request, pk, message)
    if found.author_id == request.user.pk and not found.stands:
        return _gone(request, found)
    if not can_edit(request.user, found):
        raise PermissionDenied
    if request.method == "GET":
        chosen = list(found.mentions.order_by("pk").values_list("person", flat=True))
        initial = {"body": words.as_typed(found), "mentioned": chosen}
        if by_script(request):
            return JsonResponse(initial)
        return _editing(request, found, WordsForm(initial=initial))
    form = WordsForm(request.POST)
    form.fields["body"].required = not found.given
    if not form.is_valid():
        return _not_changed(request, found, form, _errors(form))
    if not may_again(request.user, "send", a_minute=settings.SENDS_A_MINUTE):
        form.add_error("body", _too_fast())
        return _not_changed(request, found, form, _too_fast(), status=429)
    try:
        typed = words.read(
            form.cleaned_data["body"],
            channel=found.channel,
            author=request.user,
            chosen=form.cleaned_data["mentioned"] or found.mentions.order_by("pk").values_list("person", flat=True),
        )
        found = actions.edit_message(message=found, by=request.user, body=typed.body, named=typed.named)
    except mentions.TooManyMentions:
        form.add_error("body", _too_many())
        return _not_changed(request, found, form, _too_many())
    except actions.MessageGone:
        return _gone(request, found)
    if by_script(request):
        return JsonResponse({"message": found.pk, "html": render_message(found)})
    messages.success(request, typed.notice or _("Vos mots sont changés ; les précédents restent lisibles."))
    return redirect(found)


def _editing(request: SignedInRequest, found: Message, form: WordsForm, status: int = 200) -> HttpResponse:
    context = {"channel": found.channel, "message": found, "form": form}
    return render(request, "discussions/edit.html", context, status=status)


def _not_changed(
    request: SignedInRequest, found: Message, form: WordsForm, sentence: str, *, status: int = 422
) -> HttpResponse:
    if by_script(request):
        return JsonResponse({"error": sentence}, status=status)
    return _editing(request, found, form, status=status)


@require_http_methods(["GET", "POST"])
@login_required
def remove(request: SignedInRequest, pk: UUID, message: UUID) -> HttpResponse:
    """Ask whether a message is to be taken back, then take it back."""
    found = _found(request, pk, message)
    if not can_remove(request.user, found):
        raise PermissionDenied
    if request.method == "GET":
        return render(request, "discussions/remove.html", {"channel": found.channel, "message": found})
    found = actions.remove_message(message=found, by=request.user)
    if by_script(request):
        return JsonResponse({"message": found.pk, "html": render_message(found)})
    messages.success(request, _("Le message est supprimé."))
    return redirect(found)


# --- what readers do with it ------------------------------------------------------------------------------------------


@require_POST
@login_required
def react(request: SignedInRequest, pk: UUID, message: UUID) -> HttpResponse:
    """Put one of the five signs under a message, or take one's own back."""
    found = _found(request, pk, message)
    sign, on = request.POST.get("sign", ""), _is_on(request)
    if sign not in Sign.values:
        sentence = _("Ce signe n’existe pas.")
        if by_script(request):
            return JsonResponse({"error": sentence}, status=422)
        return render(request, "discussions/gone.html", {"channel": found.channel, "sentence": sentence}, status=422)
    try:
        actions.react(message=found, by=request.user, sign=sign, on=on)
    except actions.MessageGone:
        return _gone(request, found)
    if by_script(request):
        count = Reaction.objects.filter(message=found, sign=sign).count()
        return JsonResponse({"sign": sign, "on": on, "count": count})
    return redirect("discussions:message", pk=pk, message=message)


@require_POST
@login_required
def pin(request: SignedInRequest, pk: UUID, message: UUID) -> HttpResponse:
    """Pin a message at the head of its channel, or unpin it."""
    found, on = _found(request, pk, message), _is_on(request)
    try:
        actions.pin_message(message=found, by=request.user, on=on)
    except actions.MessageGone:
        return _gone(request, found)
    if by_script(request):
        return JsonResponse({"on": on})
    return redirect("discussions:message", pk=pk, message=message)


@require_POST
@login_required
def save(request: SignedInRequest, pk: UUID, message: UUID) -> HttpResponse:
    """Keep a message for later, or let it go."""
    found, on = _found(request, pk, message), _is_on(request)
    try:
        actions.keep_for_later(message=found, by=request.user, on=on)
    except actions.MessageGone:
        return _gone(request, found)
    if by_script(request):
        return JsonResponse({"on": on})
    messages.success(
        request, _("Gardé : vous le retrouvez sur « Gardés pour plus tard ».") if on else _("Ce n’est plus gardé.")
    )
    return redirect("discussions:message", pk=pk, message=message)


@require_POST
@login_required
def follow(request: SignedInRequest, pk: UUID, message: UUID) -> HttpResponse:
    """Be told of the answers to a message, or no longer."""
    found, on = _found(request, pk, message), _is_on(request)
    actions.follow_thread(message=found, by=request.user, on=on)
    if by_script(request):
        return JsonResponse({"on": on})
    return redirect("discussions:message", pk=pk, message=message)
