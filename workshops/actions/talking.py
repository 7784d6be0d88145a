"""What a group says of a session outside its room."""

from typing import TYPE_CHECKING

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from discussions.actions import open_about
from ui import typography
from workshops.actions._room import locked
from workshops.actions.refusals import NotNow
from workshops.models import CodevSession
from workshops.permissions import is_expected

if TYPE_CHECKING:
    from accounts.models import User
    from discussions.models import Channel

THREAD = "session"


@transaction.atomic
def open_thread(*, session: CodevSession, by: "User") -> "Channel":
    """The thread of a session, read by its group and confidential as it is; it goes when the session's words do.

    Its name says the day and not the subject. Raises NotNow once they are erased.
    """
    session = locked(session)
    if not is_expected(by, session.event):
        raise PermissionDenied
    if session.content_erased_at:
        raise NotNow(_("Les mots de cette séance sont effacés : on n’en ouvre plus le fil."))
    with translation.override("fr"):
        name = _("Séance du %(day)s") % {"day": typography.date_alone(session.event.starts_at)}
    return open_about(
        space=session.event.space,
        kind=THREAD,
        object_id=session.pk,
        name=name,
        path=reverse("workshops:event", args=[session.pk]),
        by=by,
        confidential=True,
    )
