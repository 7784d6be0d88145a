"""What a file must be before anyone may read it: looked at in a process of its own, redrawn, renamed."""

from discussions.filing.inspection import Examined, examined
from discussions.filing.kinds import ACCEPTED, label
from discussions.filing.names import clean_name
from discussions.filing.refusals import MAX_BYTES, Refused, too_heavy

__all__ = ["ACCEPTED", "MAX_BYTES", "Examined", "Refused", "clean_name", "examined", "label", "too_heavy"]
