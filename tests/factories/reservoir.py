"""Notes for tests. A note made here is a draft; `written_note` fills what its degree requires."""

import factory

from accounts.models import User
from reservoir.models import Note, NoteAuthor, NoteSection, Phase
from reservoir.sections import of_degree
from tests.factories import SpaceFactory, UserFactory


class NoteFactory(factory.django.DjangoModelFactory[Note]):
    class Meta:
        model = Note

    space = factory.SubFactory(SpaceFactory)
    title = factory.Sequence(lambda n: f"Ouvrir une cantine à Bourg-Marelle {n}")
    created_by = factory.SubFactory(UserFactory)


class NoteAuthorFactory(factory.django.DjangoModelFactory[NoteAuthor]):
    class Meta:
        model = NoteAuthor

    note = factory.SubFactory(NoteFactory)
    person = factory.SubFactory(UserFactory)


class NoteSectionFactory(factory.django.DjangoModelFactory[NoteSection]):
    class Meta:
        model = NoteSection

    note = factory.SubFactory(NoteFactory)
    section = "story"
    text = "Nous avons ouvert la cantine."
    html = factory.LazyAttribute(lambda row: f"<p>{row.text}</p>")


def note_by(*authors: User, **fields: object) -> Note:
    """A draft written by these people."""
    note = NoteFactory(created_by=authors[0], **fields)
    for position, person in enumerate(authors):
        NoteAuthorFactory(note=note, person=person, position=position)
    return note


def written_note(*authors: User, **fields: object) -> Note:
    """A draft by these people with every required section filled, ready for their agreement."""
    note = note_by(
        *authors,
        **{"period": "2023-2025", "phase": Phase.EXPERIMENTATION, "contact": "chargée de mission"} | fields,
    )
    for position, section in enumerate(of_degree(note.degree)):
        if section.required(note.degree):
            NoteSectionFactory(note=note, section=section.id, position=position, text=f"Texte de {section.id}.")
    return note
