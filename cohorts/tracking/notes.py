"""Notes by state (N1): titles and states of what one may know of, numbers for the rest."""

from collections import Counter
from collections.abc import Iterable

from reservoir.models import Note


def by_state(notes: Iterable[Note]) -> list[tuple[str, list[Note]]]:
    """Notes under the label of their state, in the order of the workflow (domain.md 5.5), empty states left out."""
    shelves: dict[str, list[Note]] = {state: [] for state in Note.State.values}
    for note in notes:
        shelves[note.state].append(note)
    return [(str(Note.State(state).label), shelf) for state, shelf in shelves.items() if shelf]


def counts(states: Iterable[str]) -> list[tuple[str, int]]:
    """How many notes stand in each state, in the order of the workflow, empty states left out."""
    seen = Counter(states)
    return [(str(state.label), seen[state.value]) for state in Note.State if seen[state.value]]
