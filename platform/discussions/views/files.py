"""Files of messages: given, read by who reads the channel, taken back."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.db.models.fields.files import FieldFile
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.requests import SignedInRequest
from discussions.actions.files import discard_file, take_file
from discussions.filing import Refused
from discussions.models import Channel, File


@require_POST
@login_required
def upload(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Take one file (`upload`, with `alt` for an image) that waits for its message; say in a sentence why not."""
    channel = get_object_or_404(Channel.objects.visible_to(request.user).select_related("space"), pk=pk)
    given = request.FILES.get("upload")
    if given is None:
        return JsonResponse({"error": _("Aucun fichier n’est arrivé. Choisissez-le à nouveau.")}, status=422)
    try:
        file = take_file(channel=channel, owner=request.user, upload=given, alt=request.POST.get("alt", ""))
    except Refused as refusal:
        return JsonResponse({"error": str(refusal)}, status=refusal.status)
    facts = {"file": file.pk, "name": file.name, "kind": file.kind, "weight": file.weight, "preview": file.preview_url}
    return JsonResponse(facts, status=201)


@require_GET
@login_required
def file(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """The file itself, to be kept on the reader's device: never shown as a page of ours."""
    found = get_object_or_404(File.objects.visible_to(request.user), pk=pk)
    return _bytes(found.content, media_type=found.media_type, name=found.name)


@require_GET
@login_required
def preview(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """A smaller drawing of an image, shown among the messages."""
    found = get_object_or_404(File.objects.visible_to(request.user).exclude(preview=""), pk=pk)
    return _bytes(found.preview, media_type="image/webp")


def _bytes(stored: FieldFile, *, media_type: str, name: str = "") -> HttpResponse:
    try:
        with stored.open() as content:  # ten megabytes at most
            response = HttpResponse(content.read(), content_type=media_type)
    except FileNotFoundError:
        raise Http404 from None
    response.headers["Content-Disposition"] = content_disposition_header(bool(name), name) or "inline"
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Content-Encoding"] = "identity"  # these bytes are compressed already: no gzip over them
    return response


@require_POST
@login_required
def discard(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Take back a file that is not sent."""
    found = get_object_or_404(File.objects.waiting().filter(owner=request.user), pk=pk)
    discard_file(file=found, by=request.user)
    return HttpResponse(status=204)
