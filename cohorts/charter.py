"""The ground rules that each member of a path accepts, and accepts again when they change (domain.md 2.10)."""

from workshops.methods import GROUND_RULES

#: Raised when a rule changes; kept with each acceptance: whoever accepted another version is asked again.
VERSION = "1"
RULES = GROUND_RULES

__all__ = ["RULES", "VERSION"]
