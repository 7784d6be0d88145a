"""A note begun with a message of the cohort's channel, whose author has not said yet whether she may be quoted."""

import uuid
from datetime import datetime, timedelta

from cohorts.models import Cohort
from config.demonstration.people import Everyone
from discussions.models import Channel, Message
from home.capitalise import begin_note
from reservoir.models import Quotation

BEGINS = "<p>Petite fierté"
TITLE = "Écrire à la main aux propriétaires, au Val d’Orse"


def load(cohort: Cohort, everyone: Everyone, now: datetime) -> None:
    general = Message.objects.filter(channel__space=cohort.space, channel__kind=Channel.Kind.GENERAL)
    message = general.select_related("channel__space__parent", "author").get(body__startswith=BEGINS)
    note = begin_note(messages=[message], by=everyone["claire"], title=TITLE, client_id=uuid.uuid4())
    Quotation.objects.filter(note=note).update(asked_at=now - timedelta(hours=20))
