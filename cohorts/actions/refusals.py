"""What may be refused in a cohort, each with a sentence for the person who asked."""

from spaces.actions import Refused


class TemplateChanged(Refused):
    """Other words came under a version number that already exists."""


class StartsInThePast(Refused):
    """A new path cannot begin before today."""


class WrongMove(Refused):
    """A cohort does not go from that state to this one."""


class NotOpen(Refused):
    """The path takes no applications now."""


class AlreadyApplied(Refused):
    """That address already asked to join that path."""


class AlreadyDecided(Refused):
    """Somebody answered the application first."""


class CohortFull(Refused):
    """Every place is given."""


class NotAMember(Refused):
    """Somebody who does not follow the path cannot be in one of its groups."""


__all__ = [
    "AlreadyApplied",
    "AlreadyDecided",
    "CohortFull",
    "NotAMember",
    "NotOpen",
    "Refused",
    "StartsInThePast",
    "TemplateChanged",
    "WrongMove",
]
