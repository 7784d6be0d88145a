"""Writing notes, section by section."""

from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.requests import SignedInRequest
from reservoir.actions import (
    Refused,
    UnknownAuthor,
    WrittenMeanwhile,
    add_author,
    create_note,
    set_facts,
    show_my_name,
    write_section,
)
from reservoir.actions.reviewing import REVIEWABLE
from reservoir.forms import AuthorForm, FactsForm, NewNoteForm, SectionForm, count_words
from reservoir.models import Note, NoteSection
from reservoir.permissions import can_begin, is_author
from reservoir.sections import BY_ID, HIDDEN
from spaces.models import Space


def own_note(request: SignedInRequest, pk: UUID) -> Note:
    """A note of this author. 404 when she may not know of it, 403 when she may only read it."""
    note = get_object_or_404(
        Note.objects.visible_to(request.user)
        .select_related("space", "territory")
        .prefetch_related("sections", "consents__person", "consents__organisation")
        .with_authors()
        .with_current_release(),
        pk=pk,
    )
    if not is_author(request.user, note):
        raise PermissionDenied
    return note


def refused(request: SignedInRequest, note: Note, refusal: Refused) -> HttpResponse:
    back = reverse("reservoir:note", args=[note.pk])
    return render(request, "409.html", {"sentence": str(refusal), "back": back}, status=409)


@login_required
@require_http_methods(["GET", "POST"])
def new(request: SignedInRequest, space: UUID) -> HttpResponse:
    """« Racontez »: a title and a story begin a note."""
    cohort = get_object_or_404(Space.objects.of(request.user), pk=space, kind=Space.Kind.COHORT)
    if not can_begin(request.user, cohort):
        raise PermissionDenied
    draft = f"note:new:{cohort.pk}"
    form = NewNoteForm(request.POST or None, draft=draft, initial={"client_id": uuid4()})
    if request.method == "POST" and form.is_valid():
        note = create_note(
            space=cohort,
            author=request.user,
            client_id=form.cleaned_data["client_id"],
            title=form.cleaned_data["title"],
            story=form.cleaned_data["words"],
        )
        return redirect("reservoir:write", note.pk)
    context = {"space": cohort, "form": form}
    return render(request, "reservoir/new.html", context, status=422 if form.is_bound else 200)


@login_required
@require_safe
def write(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """The table of contents of a note being written: what is there, what is asked for, where to go on."""
    note = own_note(request, pk)
    return render(request, "reservoir/write.html", _frame(note) | {"author_form": AuthorForm(note=note)})


def _frame(note: Note) -> dict[str, object]:
    """What every page of the writing shows beside its form: the sections, and which are filled."""
    written = note.written()
    lines = []
    for section in note.sections_to_write():
        row = written.get(section.id)
        lines.append(
            {
                "section": section,
                "required": section.required(note.degree),
                "filled": bool(row and row.text),
                "count": count_words(row.text) if row else 0,
                "url": reverse("reservoir:section", args=[note.pk, section.id]),
            }
        )
    return {
        "note": note,
        "space": note.space,
        "lines": lines,
        "facts_filled": bool(note.phase and note.period and note.contact),
        "missing": note.missing(),
        "here": "",
        "quotes": note.quotations.exists(),
        "reviewable": note.state in REVIEWABLE,
        "last_review": note.reviews.select_related("by").first(),
    }


def _after(note: Note, section: str) -> str:
    """Where to go on after a section: the next one, or the table of contents after the last."""
    order = [each.id for each in note.sections_to_write()]
    following = order[order.index(section) + 1 :]
    return reverse("reservoir:section", args=[note.pk, following[0]]) if following else reverse(
        "reservoir:write", args=[note.pk]
    )  # fmt: skip


@login_required
@require_http_methods(["GET", "POST"])
def section(request: SignedInRequest, pk: UUID, section: str) -> HttpResponse:
    """One section: its help, its words, and what to do when somebody wrote first."""
    note = own_note(request, pk)
    about = BY_ID.get(section)
    if about is None or about.needed(note.degree) == HIDDEN:
        raise Http404
    row = note.written().get(section)
    form = SectionForm(request.POST or None, note=note, section=about, row=row)
    context = _frame(note) | {"form": form, "about": about, "row": row, "here": section, "theirs": None}
    if request.method == "GET":
        return render(request, "reservoir/section.html", context)
    if not form.is_valid():
        return render(request, "reservoir/section.html", context, status=422)
    try:
        write_section(
            note=note,
            section=section,
            html=form.cleaned_data["words"],
            by=request.user,
            base_version=form.cleaned_data["base_version"],
        )
    except WrittenMeanwhile as meanwhile:
        return _meanwhile(request, note, context, meanwhile.row)
    except Refused as refusal:
        return refused(request, note, refusal)
    messages.success(request, _("« %(section)s » est enregistré.") % {"section": about.title})
    if request.POST.get("then") == "stop":
        return redirect("reservoir:write", note.pk)
    return redirect(_after(note, section))


def _meanwhile(request: SignedInRequest, note: Note, context: dict, theirs: object) -> HttpResponse:
    """Both texts: what the other saved, and mine in a form that now starts from it."""
    assert isinstance(theirs, NoteSection)  # noqa: S101
    data = request.POST.copy()
    data["base_version"] = str(theirs.version)
    form = SectionForm(data, note=note, section=theirs.about, row=theirs)
    form.is_valid()
    return render(request, "reservoir/section.html", context | {"form": form, "theirs": theirs}, status=409)


@login_required
@require_http_methods(["GET", "POST"])
def facts(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Title, « Repères » and whom to talk to."""
    note = own_note(request, pk)
    names = ("title", "period", "territory", "phase", "challenges", "contact")
    initial = {name: getattr(note, name) for name in names} | {"base_version": note.facts_version}
    form = FactsForm(request.POST or None, initial=initial)
    context = _frame(note) | {"form": form, "here": "facts", "theirs": None}
    if request.method == "GET":
        return render(request, "reservoir/facts.html", context)
    if not form.is_valid():
        return render(request, "reservoir/facts.html", context, status=422)
    try:
        set_facts(note=note, by=request.user, **form.cleaned_data)
    except WrittenMeanwhile as meanwhile:
        data = request.POST.copy()
        data["base_version"] = str(meanwhile.row.facts_version)  # type: ignore[union-attr]
        form = FactsForm(data, initial=initial)
        form.is_valid()
        context |= {"form": form, "theirs": meanwhile.row}
        return render(request, "reservoir/facts.html", context, status=409)
    except Refused as refusal:
        return refused(request, note, refusal)
    messages.success(request, _("Le titre et les repères sont enregistrés."))
    return redirect("reservoir:write", note.pk)


@login_required
@require_POST
def authors(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Write with somebody else of the cohort."""
    note = own_note(request, pk)
    form = AuthorForm(request.POST, note=note)
    if not form.is_valid():
        return render(request, "reservoir/write.html", _frame(note) | {"author_form": form}, status=422)
    try:
        add_author(note=note, person=form.cleaned_data["person"], by=request.user)
    except UnknownAuthor as refusal:
        form.add_error("person", str(refusal))
        return render(request, "reservoir/write.html", _frame(note) | {"author_form": form}, status=422)
    except Refused as refusal:
        return refused(request, note, refusal)
    return redirect("reservoir:write", note.pk)


@login_required
@require_POST
def my_name(request: SignedInRequest, pk: UUID) -> HttpResponse:
    """Let one's name out with the note, or keep it back."""
    note = own_note(request, pk)
    show_my_name(note=note, by=request.user, show=request.POST.get("show") == "1")
    return redirect("reservoir:write", note.pk)
