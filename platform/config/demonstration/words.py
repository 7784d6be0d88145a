"""The files beside this one, read into plain rows."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


@cache
def people() -> dict[str, Any]:
    return json.loads((HERE / "people.json").read_text(encoding="utf-8"))


@dataclass
class Said:
    days_ago: int
    at: str
    who: str
    words: str
    answers: bool = False  # in the thread of the last message that does not
    quotes: bool = False  # the message before
    signs: dict[str, list[str]] = field(default_factory=dict)
    pinned_by: str = ""


def talk() -> Iterator[Said]:
    said: list[Said] = []
    for line in _lines("talk.txt"):
        if line.startswith("*"):
            sign, *who = line[1:].split()
            said[-1].signs[sign] = who
        elif line.startswith("="):
            said[-1].pinned_by = line[1:].strip()
        else:
            head, words = line.split(" | ", 1)
            days, at, who, *how = head.split()
            said.append(Said(int(days), at, who, words, answers=">" in how, quotes="<" in how))
    yield from said


@dataclass
class Promise:
    who: str
    ref: str
    due_in: int
    outcome: str
    visibility: str
    what: str
    learned: str


def promises() -> Iterator[Promise]:
    for line in _lines("commitments.txt"):
        who, ref, due, outcome, visibility, what, learned = (part.strip() for part in line.split("|"))
        yield Promise(who, _or_none(ref), int(due), _or_none(outcome), visibility, what, _or_none(learned))


@dataclass
class Written:
    key: str
    authors: list[str]
    state: str
    visibility: str
    phase: str
    challenges: list[str]
    sections: dict[str, str] = field(default_factory=dict)

    @property
    def title(self) -> str:
        return self.sections["title"]


def notes() -> Iterator[Written]:
    note: Written | None = None
    section = ""
    for line in (HERE / "notes.txt").read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        if line.startswith("== "):
            if note:
                yield note
            key, authors, state, visibility, phase, challenges = line[3:].split(" | ")
            note = Written(key, authors.split(","), state, visibility, phase, challenges.split(","))
        elif line.startswith("@"):
            section = line[1:]
        elif note is not None:
            before = note.sections.get(section, "")
            note.sections[section] = f"{before}\n{line}" if before else line
    if note:
        yield note


def _lines(name: str) -> list[str]:
    text = (HERE / name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]


def _or_none(word: str) -> str:
    return "" if word == "-" else word
