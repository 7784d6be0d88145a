"""Capitalisation notes: what their authors write, who agreed to what, and the copies that readers see."""

import hashlib
import json
import uuid
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from accounts.models import ActorKind, Organisation, Territory
from reservoir.sections import BY_ID, TITLE_MAX, Section, in_writing_order, of_degree
from richtext import shown, to_text
from spaces.models import FACILITATING, Membership, Role, Space, Visibility
from spaces.permissions import on_the_ladder

if TYPE_CHECKING:
    from django.utils.safestring import SafeString

    from accounts.requests import Anyone


class Phase(models.TextChoices):
    """Phases of an innovation (domain.md 1.4)."""

    CONCEPTION = "conception", _("conception")
    EXPERIMENTATION = "experimentation", _("expérimentation")
    MODELLING = "modelling", _("modélisation")
    SPREADING = "spreading", _("essaimage")
    INDUSTRIALISATION = "industrialisation", _("industrialisation")


class Challenge(models.TextChoices):
    """What a note is about, from none to four (domain.md 1.4)."""

    SOCIO_ECONOMIC_MODEL = "socio_economic_model", _("modèle socio-économique")
    DIGITAL = "digital", _("numérique")
    SKILLS = "skills", _("compétences")
    EVALUATION = "evaluation", _("évaluation")


def challenge_labels(values: list[str]) -> list[str]:
    """Their words, in the order of the vocabulary; a value it does not know is left out."""
    return [str(challenge.label) for challenge in Challenge if challenge.value in values]


class Licence(models.TextChoices):
    """Licences of the reservoir (domain.md 5.6); none with NC or ND, which block adaptation."""

    OPEN = "etalab-2.0", _("Licence Ouverte 2.0")
    CC_BY = "CC-BY-4.0", _("Creative Commons Attribution 4.0")

    @property
    def url(self) -> str:
        return {
            "etalab-2.0": "https://www.etalab.gouv.fr/licence-ouverte-open-licence/",
            "CC-BY-4.0": "https://creativecommons.org/licenses/by/4.0/deed.fr",
        }[self.value]


class NoteQuerySet(models.QuerySet["Note"]):
    def visible_to(self, user: "Anyone") -> Self:
        """Notes whose words `user` may read.

        Her own; those published on a rung where she stands; those whose frame she is reviewing; those on which she
        was asked to agree for her organisation. A withdrawn note is readable by nobody but its authors.
        """
        seen = on_the_ladder(user, author="authorships__person", space="space")
        if user.is_authenticated:
            held = Membership.objects.current().filter(person=user)
            seen |= Q(state=Note.State.FACILITATOR_REVIEW, space__in=held.filter(role__in=FACILITATING).values("space"))
            if user.organisation_id:
                seen |= Q(
                    consents__kind=NoteConsent.Kind.ORGANISATION,
                    consents__organisation=user.organisation_id,
                    consents__state__in=[NoteConsent.State.REQUESTED, NoteConsent.State.GRANTED],
                    consents__version=F("version"),
                    space__in=held.filter(role=Role.ORGANISATION_LEAD).values("space"),
                ) & ~Q(state=Note.State.WITHDRAWN)
        # Several authors and consents join several rows: the identifiers alone come back from below.
        return self.filter(pk__in=Note._base_manager.filter(seen).values("pk"))

    def published_to(self, user: "Anyone") -> Self:
        """Notes with a release that stands on a rung where `user` does: what the reservoir lists."""
        seen = on_the_ladder(user, author="authorships__person", space="space")
        return self.filter(pk__in=Note._base_manager.filter(seen).values("pk")).exclude(visibility=Visibility.PRIVATE)

    def known_to(self, user: "Anyone") -> Self:
        """Notes of which `user` may know title, state and authors (domain.md 8.1: metadata for facilitators)."""
        seen = Q(pk__in=Note.objects.visible_to(user).values("pk"))
        if user.is_authenticated:
            held = Membership.objects.current().filter(person=user, role__in=FACILITATING)
            seen |= Q(space__in=held.values("space"))
        return self.filter(seen)

    def gone_for(self, user: "Anyone") -> Self:
        """Withdrawn notes that `user` could read before: she is told that they are gone, not that they never were."""
        seen = on_the_ladder(user, author="authorships__person", space="space", visibility="withdrawn_from")
        return self.filter(state=Note.State.WITHDRAWN, pk__in=Note._base_manager.filter(seen).values("pk"))

    def with_authors(self) -> Self:
        return self.prefetch_related("authorships__person__organisation")

    def with_current_release(self) -> Self:
        """With `current`: a list of the one release that readers see, or an empty one."""
        current = NoteRelease.objects.filter(is_current=True).select_related("territory")
        return self.prefetch_related(models.Prefetch("releases", queryset=current, to_attr="current"))


class Note(models.Model):
    """Written account of an experience, made so that others can use it. Readers see its last `NoteRelease`."""

    class Degree(models.TextChoices):
        """Three degrees of evaluation; a note holds the sections of its own (domain.md 5.2)."""

        TELL = "tell", _("se conter")
        FIND_PEERS = "find_peers", _("se compter")
        MEASURE = "measure", _("compter")

    class State(models.TextChoices):
        """States of domain.md 5.5."""

        DRAFT = "draft", _("brouillon")
        SELF_CHECK = "self_check", _("relecture par les auteurs")
        PEER_REVIEW = "peer_review", _("relecture par un pair")
        FACILITATOR_REVIEW = "facilitator_review", _("relecture par l’animation")
        ORG_VALIDATION = "org_validation", _("accord des organisations")
        CHANGES_REQUESTED = "changes_requested", _("à reprendre")
        PUBLISHED = "published", _("publiée")
        UNDER_REVISION = "under_revision", _("en révision")
        STALE = "stale", _("à confirmer")
        ARCHIVED = "archived", _("archivée")
        WITHDRAWN = "withdrawn", _("retirée")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    space = models.ForeignKey(Space, on_delete=models.PROTECT, related_name="notes")
    title = models.CharField(_("titre"), max_length=TITLE_MAX)
    degree = models.CharField(_("degré"), max_length=10, choices=Degree, default=Degree.TELL)
    state = models.CharField(_("état"), max_length=20, choices=State, default=State.DRAFT)
    visibility = models.CharField(_("visible par"), max_length=10, choices=Visibility, default=Visibility.PRIVATE)
    licence = models.CharField(_("licence"), max_length=12, choices=Licence, blank=True)
    authors = models.ManyToManyField(
        settings.AUTH_USER_MODEL, through="NoteAuthor", related_name="notes", verbose_name=_("auteurs")
    )
    # key facts (« Repères ») and contact
    territory = models.ForeignKey(
        Territory, verbose_name=_("territoire"), null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    period = models.CharField(_("dates"), max_length=60, blank=True)
    phase = models.CharField(_("phase"), max_length=20, choices=Phase, blank=True)
    challenges = models.JSONField(_("enjeux"), default=list, blank=True)
    contact = models.CharField(_("fonction de la personne à qui en parler"), max_length=120, blank=True)

    #: Rises with each change of the words or the facts; a consent is given for one of them.
    version = models.PositiveIntegerField(default=1)
    #: Rises with each change of the title and facts only: what their form compares.
    facts_version = models.PositiveIntegerField(default=1)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    client_id = models.UUIDField(default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)
    published_at = models.DateTimeField(null=True, blank=True)
    #: Last time the authors said that this still holds: the reservoir sorts by it, never by popularity.
    confirmed_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_from = models.CharField(max_length=10, choices=Visibility, default=Visibility.PRIVATE)

    #: The release that readers see, if any; there after `with_current_release` only.
    current: "list[NoteRelease]"

    objects = NoteQuerySet.as_manager()

    class Meta:
        ordering = ["-updated_at", "id"]
        verbose_name = _("note")
        indexes = [
            models.Index(fields=["space", "state"], name="note_space_state"),
            models.Index(fields=["visibility", "-confirmed_at"], name="note_reservoir"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["created_by", "client_id"], name="note_once"),
            models.CheckConstraint(
                condition=Q(visibility="private") | Q(published_at__isnull=False),
                name="note_seen_by_others_was_published",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    def get_absolute_url(self) -> str:
        return reverse("reservoir:note", args=[self.pk])

    @property
    def is_published(self) -> bool:
        """Do others than its authors read a release of it?"""
        return self.visibility != Visibility.PRIVATE

    @property
    def shown_title(self) -> str:
        """The title, or what stands for it once the note is gone (domain.md 5.4)."""
        return str(_("Note retirée")) if self.state == self.State.WITHDRAWN else self.title

    def sections_to_write(self) -> list[Section]:
        return in_writing_order(self.degree)

    def written(self) -> "dict[str, NoteSection]":
        """Its written sections by section id."""
        return {row.section: row for row in self.sections.all()}

    def content(self) -> dict[str, Any]:
        """Everything a consent covers, as plain data: the words, the facts, the licence."""
        written = self.written()
        return {
            "title": self.title,
            "period": self.period,
            "phase": self.phase,
            "challenges": sorted(self.challenges),
            "territory": self.territory_id,
            "contact": self.contact,
            "licence": self.chosen_licence(),
            "sections": [
                {"id": section.id, "html": written[section.id].html}
                for section in of_degree(self.degree)
                if section.id in written and written[section.id].text
            ],
        }

    def content_hash(self) -> str:
        text = json.dumps(self.content(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def missing(self) -> list[str]:
        """Titles of what the degree requires and is still empty."""
        written = self.written()
        absent = [
            str(section.title)
            for section in of_degree(self.degree)
            if section.required(self.degree) and not (section.id in written and written[section.id].text)
        ]
        if not (self.phase and self.period):
            absent.insert(0, str(_("Repères")))
        if not self.contact:
            absent.append(str(_("En parler")))
        return absent

    def organisations(self) -> list[Organisation]:
        """The authors' organisations, each once, in the order of the authors."""
        seen: dict[uuid.UUID, Organisation] = {}
        for authorship in self.authorships.all():
            if organisation := authorship.person.organisation:
                seen.setdefault(organisation.pk, organisation)
        return list(seen.values())

    def chosen_licence(self) -> str:
        """The licence by kind of author organisation (domain.md 5.6); mixed authors give CC BY with both credits."""
        organisations = self.organisations()
        public = organisations and all(each.kind == ActorKind.PUBLIC_AUTHORITY for each in organisations)
        return (Licence.OPEN if public else Licence.CC_BY).value


class NoteAuthor(models.Model):
    """One author of a note. The name goes out with the note only when she says so; function and organisation do."""

    note = models.ForeignKey(Note, on_delete=models.CASCADE, related_name="authorships")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="authorships")
    position = models.PositiveSmallIntegerField(default=0)
    show_name = models.BooleanField(_("afficher mon nom"), default=False)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["note", "person"], name="note_author_once")]

    def __str__(self) -> str:
        return str(self.pk)


class NoteSection(models.Model):
    """The words of one section. `html` has passed through `richtext`; `text` is the same without marks."""

    note = models.ForeignKey(Note, on_delete=models.CASCADE, related_name="sections")
    section = models.CharField(max_length=24)
    html = models.TextField(blank=True)
    text = models.TextField(blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    version = models.PositiveIntegerField(default=1)
    updated_at = models.DateTimeField(default=timezone.now)
    updated_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["note", "section"], name="note_section_once")]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def about(self) -> Section:
        return BY_ID[self.section]

    @property
    def shown(self) -> "SafeString":
        return shown(self.html)


class NoteConsent(models.Model):
    """What one person or organisation agreed to: these words (`content_hash`), up to this rung (`up_to`).

    A row is never given to other words: the agreement to a release stays beside the one asked for the next.
    """

    class Kind(models.TextChoices):
        AUTHOR = "author", _("auteur·rice")
        ORGANISATION = "organisation", _("organisation")
        PERSON = "person", _("personnes citées")

    class State(models.TextChoices):
        REQUESTED = "requested", _("demandé")
        GRANTED = "granted", _("donné")
        REFUSED = "refused", _("refusé")
        WITHDRAWN = "withdrawn", _("repris")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    note = models.ForeignKey(Note, on_delete=models.CASCADE, related_name="consents")
    kind = models.CharField(max_length=12, choices=Kind)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="note_consents"
    )
    organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="note_consents"
    )
    state = models.CharField(max_length=10, choices=State, default=State.REQUESTED)
    up_to = models.CharField(max_length=10, choices=Visibility)
    version = models.PositiveIntegerField()
    content_hash = models.CharField(max_length=64)
    #: Who agreed, in an author's words, when the organisation has nobody here to click.
    given_by = models.CharField(_("accord donné par"), max_length=160, blank=True)
    requested_at = models.DateTimeField(default=timezone.now)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ["kind", "requested_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["note", "person", "content_hash", "up_to"],
                condition=Q(kind="author"),
                name="note_consent_author_once",
            ),
            models.UniqueConstraint(
                fields=["note", "organisation", "content_hash", "up_to"],
                condition=Q(kind="organisation"),
                name="note_consent_organisation_once",
            ),
            models.UniqueConstraint(
                fields=["note", "content_hash", "up_to"], condition=Q(kind="person"), name="note_consent_people_once"
            ),
            models.CheckConstraint(
                condition=Q(kind="author", person__isnull=False, organisation__isnull=True)
                | Q(kind="organisation", person__isnull=True, organisation__isnull=False)
                | Q(kind="person", person__isnull=True, organisation__isnull=True),
                name="note_consent_of_one",
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    def covers(self, content_hash: str, visibility: str) -> bool:
        """Is this an agreement to these very words, on this rung or below?"""
        return (
            self.state == self.State.GRANTED
            and self.content_hash == content_hash
            and Visibility(self.up_to).rung >= Visibility(visibility).rung
        )


class NoteRelease(models.Model):
    """What readers see: a copy made at the moment of publishing, never the draft."""

    note = models.ForeignKey(Note, on_delete=models.CASCADE, related_name="releases")
    #: 1 for the first edition of the note, and so on.
    edition = models.PositiveIntegerField()
    #: `Note.version` when the copy was made.
    version = models.PositiveIntegerField()
    content_hash = models.CharField(max_length=64)
    is_current = models.BooleanField(default=True)
    title = models.CharField(max_length=TITLE_MAX)
    period = models.CharField(max_length=60, blank=True)
    phase = models.CharField(max_length=20, choices=Phase, blank=True)
    challenges = models.JSONField(default=list)
    territory = models.ForeignKey(Territory, null=True, on_delete=models.SET_NULL, related_name="+")
    contact = models.CharField(max_length=120, blank=True)
    sections = models.JSONField()  # [{id, html}]
    authors = models.JSONField()  # [{name ("" unless she agreed to show it), function, organisation}]
    visibility = models.CharField(max_length=10, choices=Visibility)
    licence = models.CharField(max_length=12, choices=Licence)
    published_at = models.DateTimeField(default=timezone.now)
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["note", "-edition"]
        constraints = [
            models.UniqueConstraint(fields=["note", "edition"], name="note_release_once"),
            models.UniqueConstraint(fields=["note"], condition=Q(is_current=True), name="note_release_current_once"),
        ]

    def __str__(self) -> str:
        return str(self.pk)

    def shown_sections(self, only: tuple[str, ...] = ()) -> "list[tuple[Section, SafeString]]":
        """Its sections with their safe words, all or `only` some, in the order of reading."""
        return [
            (BY_ID[row["id"]], shown(row["html"]))
            for row in self.sections
            if row["id"] in BY_ID and (not only or row["id"] in only)
        ]

    @property
    def summary(self) -> str:
        """« L’essentiel », as plain text."""
        return next((to_text(row["html"]) for row in self.sections if row["id"] == "summary_plain"), "")

    @property
    def challenge_labels(self) -> list[str]:
        return challenge_labels(self.challenges)

    @property
    def credit(self) -> list[str]:
        """One line an author: « Nom, fonction, organisation », the name only where she agreed to it."""
        return [
            capfirst(", ".join(filter(None, [row["name"], row["function"], row["organisation"]])))
            for row in self.authors
        ]


class Quotation(models.Model):
    """Words of somebody else that an author took from a message into her note, and what that person answered.

    As long as she has not agreed, no reader sees them: `reservoir.quoting` knows them in the text. The message belongs
    to another package, and may go: only its id and its page are kept.
    """

    class State(models.TextChoices):
        ASKED = "asked", _("accord demandé")
        GRANTED = "granted", _("accord donné")
        REFUSED = "refused", _("refus")
        LAPSED = "lapsed", _("sans réponse")
        REPHRASED = "rephrased", _("reformulé ou retiré")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    note = models.ForeignKey(Note, on_delete=models.CASCADE, related_name="quotations")
    # Without a person nobody can agree any more: the words of who was erased are never published.
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="quotations"
    )
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    words = models.TextField()  # plain text, as it was said
    message = models.UUIDField()
    path = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=State, default=State.ASKED)
    asked_at = models.DateTimeField(default=timezone.now)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["asked_at", "id"]
        constraints = [models.UniqueConstraint(fields=["note", "message"], name="quotation_once")]
        indexes = [models.Index(fields=["asked_at"], condition=Q(state="asked"), name="quotation_waiting")]

    def __str__(self) -> str:
        return str(self.pk)


class NoteReview(models.Model):
    """What a facilitator said of the frame of a note: people, confidentiality, clarity; never of its value."""

    note = models.ForeignKey(Note, on_delete=models.CASCADE, related_name="reviews")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    version = models.PositiveIntegerField()
    respected = models.BooleanField()
    words = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return str(self.pk)


class NoteLetter(models.Model):
    """« En parler » : what a reader wrote to the authors of a note, who answer by mail."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    note = models.ForeignKey(Note, on_delete=models.CASCADE, related_name="letters")
    sender = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    client_id = models.UUIDField()
    body = models.TextField(_("message"))
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-created_at", "id"]
        constraints = [models.UniqueConstraint(fields=["sender", "client_id"], name="note_letter_once")]

    def __str__(self) -> str:
        return str(self.pk)
