"""Finding and reading notes."""

from uuid import UUID, uuid4

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import TextField
from django.db.models.functions import Cast
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.requests import SignedInRequest
from reservoir.actions import Refused, write_to_authors
from reservoir.finding import notes_found
from reservoir.forms import LetterForm, ReviewForm, SearchForm
from reservoir.models import Challenge, Licence, Note, NoteConsent, NoteRelease, Phase
from reservoir.permissions import (
    can_answer,
    can_begin,
    can_review,
    can_talk_to_authors,
    can_write,
    is_author,
    reads_draft,
)
from reservoir.sections import FIRST_STEPS, of_degree
from spaces.models import TAKING_PART, Role, Space
from spaces.permissions import holds, takes_part

PAGE = 20
FIRST_STEPS_DOOR = "premiers-pas"


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Every note that this reader may read, by words, phase and challenge, the latest confirmed first."""
    form = SearchForm(request.GET)
    asked = form.asked()
    notes = Note.objects.published_to(request.user)
    if asked["phases"]:
        notes = notes.filter(releases__is_current=True, releases__phase__in=asked["phases"])
    if asked["challenges"]:
        # A JSON list as text: both engines write its strings between quotes, and the values are ours.
        releases = NoteRelease.objects.filter(is_current=True).annotate(said=Cast("challenges", TextField()))
        found = releases.none()
        for challenge in asked["challenges"]:
            found = found | releases.filter(said__contains=f'"{challenge}"')
        notes = notes.filter(pk__in=found.values("note"))
    notes = notes_found(notes, asked["words"])
    page = Paginator(notes.with_current_release(), PAGE).get_page(request.GET.get("page"))
    filters = [(_without(request.GET, "phase", value), Phase(value).label) for value in asked["phases"]]
    filters += [(_without(request.GET, "enjeu", value), Challenge(value).label) for value in asked["challenges"]]
    return render(
        request,
        "reservoir/search.html",
        {
            "form": form,
            "page": page,
            "asked": asked,
            "filters": filters,
            "filtered": bool(filters or asked["words"].strip()),
            "phases": Phase.choices,
            "challenges": Challenge.choices,
            "more": _without(request.GET, "page", request.GET.get("page", "")),
            "spaces": Space.objects.of(request.user, TAKING_PART).filter(kind=Space.Kind.COHORT)
            if request.user.is_authenticated
            else [],
        },
    )


def _without(asked: QueryDict, name: str, value: str) -> str:
    """The query string of the same search with one value less."""
    rest = asked.copy()
    rest.setlist(name, [each for each in rest.getlist(name) if each != value])
    if name != "page":
        rest.pop("page", None)
    return rest.urlencode()


@login_required
@require_safe
def of_space(request: SignedInRequest, space: UUID) -> HttpResponse:
    """The notes of a cohort: mine, those shared with me, and for facilitators the titles of the others."""
    cohort = get_object_or_404(Space.objects.of(request.user), pk=space, kind=Space.Kind.COHORT)
    if not holds(request.user, (*TAKING_PART, Role.ORGANISATION_LEAD), cohort):
        raise PermissionDenied
    known = list(Note.objects.known_to(request.user).filter(space=cohort).with_authors().with_current_release())
    readable = set(Note.objects.visible_to(request.user).filter(space=cohort).values_list("pk", flat=True))
    mine = [note for note in known if is_author(request.user, note)]
    shared = [note for note in known if note not in mine and note.is_published]
    asked = [note for note in known if note not in mine and not note.is_published and note.pk in readable]
    known_only = [note for note in known if note not in mine and not note.is_published and note.pk not in readable]
    return render(
        request,
        "reservoir/of_space.html",
        {
            "space": cohort,
            "mine": mine,
            "shared": shared,
            "asked": asked,
            "known_only": known_only,
            "can_begin": can_begin(request.user, cohort),
        },
    )


@require_safe
def note(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One note: the copy that readers see, or the draft for those who may read it."""
    return note_page(request, pk)


def note_page(
    request: HttpRequest, pk: UUID, *, review_form: ReviewForm | None = None, status: int = 200
) -> HttpResponse:
    found = (
        Note.objects.visible_to(request.user)
        .select_related("space", "territory")
        .prefetch_related("sections", "consents__person", "consents__organisation")
        .with_authors()
        .with_current_release()
        .filter(pk=pk)
        .first()
    )
    if found is None or found.state == Note.State.WITHDRAWN:
        return _gone(request, pk)
    drafting = reads_draft(request.user, found)
    draft = drafting and (not found.is_published or request.GET.get("version") == "travail")
    release = None if draft else found.current[0]
    door = request.GET.get("porte", "")
    only = FIRST_STEPS if door == FIRST_STEPS_DOOR else ()
    if release:
        sections = release.shown_sections(only)
    else:
        written = found.written()
        sections = [
            (section, written[section.id].shown)
            for section in of_degree(found.degree)
            if section.id in written and written[section.id].text and (not only or section.id in only)
        ]
    answerable = [
        consent
        for consent in found.consents.all()
        if consent.state == NoteConsent.State.REQUESTED
        and consent.version == found.version
        and can_answer(request.user, consent)
    ]
    given = [
        consent
        for consent in found.consents.all()
        if consent.kind == NoteConsent.Kind.ORGANISATION  # an author has « Retirer »
        and consent.state == NoteConsent.State.GRANTED
        and found.is_published
        and can_answer(request.user, consent)
    ]
    return render(
        request,
        "reservoir/note.html",
        {
            "note": found,
            "release": release,
            "sections": sections,
            "door": door if door == FIRST_STEPS_DOOR else "",
            "drafting": drafting,
            "can_write": can_write(request.user, found),
            "answerable": answerable,
            "given": given[:1],
            "letters": list(found.letters.select_related("sender__organisation")[:20])
            if is_author(request.user, found)
            else [],
            "can_talk": bool(release) and not is_author(request.user, found),
            "talks_here": bool(release) and found.is_published and takes_part(request.user, found.space),
            "licence": Licence(release.licence) if release else None,
            "address": f"{settings.SITE_URL}{reverse('reservoir:note', args=[found.pk])}",
            "authors": release.credit if release else [],
            "review_form": (review_form or ReviewForm()) if can_review(request.user, found) else None,
        },
        status=status,
    )


@login_required
@require_http_methods(["GET", "POST"])
def talk(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """« En parler »: a message to the authors, whose addresses stay theirs."""
    found = get_object_or_404(
        Note.objects.published_to(request.user).with_authors().with_current_release().select_related("space"), pk=pk
    )
    if not can_talk_to_authors(request.user, found):
        raise PermissionDenied
    form = LetterForm(request.POST or None, initial={"client_id": uuid4()})
    context = {"note": found, "release": found.current[0], "form": form, "refusal": ""}
    if request.method == "GET":
        return render(request, "reservoir/talk.html", context)
    if not form.is_valid():
        return render(request, "reservoir/talk.html", context, status=422)
    try:
        write_to_authors(note=found, sender=request.user, **form.cleaned_data)
    except Refused as refusal:
        return render(request, "reservoir/talk.html", context | {"refusal": str(refusal)}, status=429)
    messages.success(request, _("Votre message est transmis. Les auteurs vous répondront par courriel."))
    return redirect("reservoir:note", found.pk)


def _gone(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The tombstone of a note, for those who could have read it; its authors find their words under it."""
    found = Note.objects.filter(state=Note.State.WITHDRAWN, pk=pk).prefetch_related("sections").with_authors()
    withdrawn = found.first()
    if withdrawn is None:
        raise Http404
    mine = is_author(request.user, withdrawn)
    if not mine and not Note.objects.gone_for(request.user).filter(pk=pk).exists():
        raise Http404
    rows = [(row.about, row.shown) for row in withdrawn.sections.all() if row.text] if mine else []
    return render(request, "reservoir/withdrawn.html", {"note": withdrawn, "mine": mine, "sections": rows}, status=410)
