"""Who is named in a message: « @Nadia Ferrand », « @animation », « @tous »."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.utils.translation import gettext as _

from discussions.models import Channel
from richtext.marks import Named
from spaces.models import FACILITATING, Membership
from spaces.permissions import facilitates

if TYPE_CHECKING:
    from accounts.models import User

MOST: Final = 20  # people named one by one in a message
SHOWN: Final = 8  # names offered while one types

FACILITATORS: Final = frozenset({"animation", "animateurs", "animatrices", "animateur", "animatrice"})
EVERYONE: Final = frozenset({"tous", "toutes"})

_AT: Final = re.compile(r"(?<![\w/@.])@(?=\w)")
_WORD: Final = re.compile(r"[\w'’\-]+")
_ALIKE: Final = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "’": "'"})


class TooManyMentions(Exception):
    """A message names more people, one by one, than one message may."""


@dataclass
class Found:
    """The places where a text names people, whom it names, and what its author should know about it."""

    places: list[Named] = field(default_factory=list)
    people: set[UUID] = field(default_factory=set)
    notice: str = ""


def folded(name: str) -> str:
    """A name as it is compared: without capitals and accents."""
    plain = unicodedata.normalize("NFKD", name.casefold().translate(_ALIKE))
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def find(text: str, *, channel: Channel, author: "User", chosen: Collection[UUID] = ()) -> Found:
    """Who is named in `text`, among those who read the channel; `chosen` tells people of the same name apart.

    What names nobody for certain stays what it is: words. Raises TooManyMentions.
    """
    found = Found()
    if not _AT.search(text):
        return found
    readers = list(channel.readers().values_list("pk", "display_name"))
    names = _Names(readers, chosen)
    for at in _AT.finditer(text):
        words = _words_from(text, at.end(), names.longest)
        first = folded(words[0][1])
        if first in FACILITATORS | EVERYONE:
            group = _group(first, channel, author, readers)
            if group is None:
                found.notice = _("« @tous » est réservé à l’animation : personne n’est prévenu par ce mot.")
                continue
            found.places.append(Named(at.start(), words[0][0], text[at.start() : words[0][0]]))
            found.people |= group
        elif known := names.match([folded(word) for _end, word in words]):
            length, person, name = known
            found.places.append(Named(at.start(), words[length - 1][0], f"@{name}", person))
    one_by_one = {place.person for place in found.places if place.person}
    if len(one_by_one) > MOST:
        raise TooManyMentions
    found.people = (found.people | one_by_one) - {author.pk}
    return found


def offered(channel: Channel, typed: str) -> list["User"]:
    """Readers of the channel whose name, or one word of it, begins as typed; at most eight."""
    wanted = folded(" ".join(typed.split()))[:80]
    people = channel.readers().select_related("organisation").order_by("display_name", "pk")
    beginning, inside = [], []
    for person in people:
        name = folded(person.name)
        if name.startswith(wanted):
            beginning.append(person)
        elif f" {wanted}" in f" {name.replace('-', ' ')}":
            inside.append(person)
    return (beginning + inside)[:SHOWN]


def groups(author: "User", channel: Channel, typed: str) -> list[dict[str, str]]:
    """The words that name several people at once, among those that `author` may use and that begin as typed."""
    words = [("animation", _("les personnes qui animent"))]
    if facilitates(author, channel.space):
        words.append(("tous", _("toutes les personnes de ce fil")))
    wanted = folded(typed)
    return [{"name": word, "mark": f"@{word}", "about": about} for word, about in words if word.startswith(wanted)]


def _words_from(text: str, start: int, most: int) -> list[tuple[int, str]]:
    """The words that follow each other from `start`, a space between two, each with the place where it ends."""
    words: list[tuple[int, str]] = []
    while len(words) < max(1, most) and (found := _WORD.match(text, start)):
        word = found.group().rstrip("'’-")  # « @Nadia- »: the end of a word is not always one of its letters
        words.append((start + len(word), word))
        if word != found.group() or text[found.end() : found.end() + 1] not in {" ", "\u00a0"}:
            break
        start = found.end() + 1
    return words


def _group(word: str, channel: Channel, author: "User", readers: list[tuple[UUID, str]]) -> set[UUID] | None:
    """Whom a word names together; None when its author may not name them so."""
    everyone = {pk for pk, _name in readers}
    if word in EVERYONE:
        return everyone if facilitates(author, channel.space) else None
    held = Membership.objects.current().filter(space=channel.space_id, role__in=FACILITATING)
    return everyone & set(held.order_by().values_list("person", flat=True))


class _Names:
    """The names of some people, by their words: whole, or the first alone when one person only bears it."""

    def __init__(self, people: Iterable[tuple[UUID, str]], chosen: Collection[UUID]) -> None:
        self._by_words: defaultdict[tuple[str, ...], list[tuple[UUID, str]]] = defaultdict(list)
        self._by_first: defaultdict[str, list[tuple[UUID, str]]] = defaultdict(list)
        self._chosen = chosen
        self.longest = 1
        for pk, name in people:
            words = tuple(folded(word) for word in _WORD.findall(name))
            if words:
                self._by_words[words].append((pk, name))
                self._by_first[words[0]].append((pk, name))
                self.longest = max(self.longest, len(words))

    def match(self, words: list[str]) -> tuple[int, UUID, str] | None:
        """How many of the words name somebody, and whom: as many as can be."""
        for length in range(len(words), 0, -1):
            if one := self._one(self._by_words.get(tuple(words[:length]), [])):
                return length, *one
        one = self._one(self._by_first.get(words[0], []))
        return (1, *one) if one else None

    def _one(self, people: list[tuple[UUID, str]]) -> tuple[UUID, str] | None:
        """The one of these people who is meant, if it is certain."""
        if len(people) > 1:
            people = [person for person in people if person[0] in self._chosen]
        return people[0] if len(people) == 1 else None
