"""What the letters about joining a cohort read, at the moment they leave."""

from typing import Any

from django.conf import settings
from django.urls import reverse

from cohorts.models import Application
from notifications import letters
from spaces.models import Invitation


def register() -> None:
    letters.register("invitation", fill_invitation)
    for kind in ("received", *Application.State.values[1:]):
        letters.register(f"application_{kind}", fill_application)


def fill_invitation(facts: dict[str, Any]) -> dict[str, Any] | None:
    """The link is made here, from the row, and is stored nowhere. A closed invitation sends nothing."""
    invitation = Invitation.objects.open().select_related("space", "invited_by").filter(pk=facts["invitation"]).first()
    if invitation is None:
        return None
    return {
        "space": invitation.space.name,
        "role": invitation.get_role_display(),
        "who": invitation.invited_by.name if invitation.invited_by else "",
        "expires_at": invitation.expires_at,
        "link": settings.SITE_URL + reverse("spaces:invitation", args=[invitation.token]),
    }


def fill_application(facts: dict[str, Any]) -> dict[str, Any] | None:
    application = (
        Application.objects.select_related("cohort__space", "decided_by").filter(pk=facts["application"]).first()
    )
    if application is None:
        return None
    words = {
        "name": application.name,
        "cohort": application.cohort.name,
        "reply": application.reply,
        "who": application.decided_by.name if application.decided_by else "",
        "page": settings.SITE_URL + reverse("cohorts:public", args=[application.cohort_id]),
    }
    if "invitation" in facts:
        invited = fill_invitation(facts)
        if invited is None:
            return None
        words |= invited | {"who": words["who"]}
    return words
