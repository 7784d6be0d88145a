"""Words of a session do not outlive their use (domain.md 2.7)."""

from django.db import transaction
from django.utils import timezone

from discussions.actions import erase_about
from workshops.actions._room import locked
from workshops.actions.talking import THREAD
from workshops.models import CodevSession, ConsultationContract, Learning


@transaction.atomic
def erase_content(*, session: CodevSession) -> CodevSession:
    """Erase the question, the contract, the contributions, the thread; learnings that were shared are their author's.

    Private notes and learnings belong to their authors, who delete them themselves; who came, when and for how long
    is no content and stays.
    """
    session = locked(session)
    session.contributions.all().delete()
    session.process_log.update(reason="")
    ConsultationContract.objects.filter(session=session).delete()
    erase_about(kind=THREAD, object_id=session.pk)
    session.learnings.update(scope=Learning.Scope.SELF)
    session.client_question = ""
    session.content_erased_at = timezone.now()
    session.save(update_fields=["client_question", "content_erased_at"])
    return session
