"""Asking to join a path, answering, inviting. Each locks the cohort's row first: places are counted one at a time."""

from collections.abc import Sequence
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Organisation, Territory, User
from cohorts.actions.refusals import AlreadyApplied, AlreadyDecided, CohortFull, NotOpen
from cohorts.models import Application, Cohort, Enrolment
from cohorts.permissions import can_run
from notifications.actions import notify
from spaces.actions import invite
from spaces.models import Invitation, Role

ANSWERS = (Application.State.ACCEPTED, Application.State.WAITING, Application.State.REFUSED)


def _locked(cohort_id: UUID) -> Cohort:
    return Cohort.objects.select_for_update(of=("self",)).select_related("space").get(pk=cohort_id)


@transaction.atomic
def apply(
    *,
    cohort: Cohort,
    name: str,
    email: str,
    function: str,
    organisation_name: str,
    organisation_kind: str,
    territory: Territory | None = None,
    answers: Sequence[str] = (),
    client_id: UUID | None = None,
    language: str = "fr",
) -> Application:
    """Ask to join an open path, once per address, and have it confirmed by letter.

    `answers` follow the cohort's questions. The same form sent twice makes one application.
    Raises NotOpen, AlreadyApplied.
    """
    cohort = _locked(cohort.pk)
    email = email.lower()
    if already := Application.objects.filter(cohort=cohort, email=email).first():
        if client_id is not None and already.client_id == client_id:
            return already
        raise AlreadyApplied(
            _(
                "Nous avons déjà une candidature à ce parcours pour cette adresse. "
                "Si elle vient de vous, il n’y a rien à refaire : la réponse vous parviendra par message."
            )
        )
    if not cohort.is_open:
        raise NotOpen(_("Ce parcours ne prend pas de candidatures en ce moment."))
    application = Application.objects.create(
        cohort=cohort,
        name=name,
        email=email,
        function=function,
        organisation_name=organisation_name,
        organisation_kind=organisation_kind,
        territory=territory,
        answers=[
            {"question": question, "answer": answer} for question, answer in zip(cohort.questions, answers, strict=True)
        ],
        client_id=client_id,
    )
    notify(
        address=email,
        kind="application_received",
        facts={"application": str(application.pk)},
        dedupe_key=f"application:{application.pk}:received",
        language=language,
    )
    return application


@transaction.atomic
def decide(*, application: Application, to: str, reply: str, by: User) -> Application:
    """Accept, put on the waiting list or refuse, with a written answer that leaves by letter.

    Accepting gives the organisation its place and sends the invitation in the same breath. Saying the same thing
    again changes nothing. Raises AlreadyDecided, CohortFull, and ValueError for an answer without words.
    """
    cohort = _locked(application.cohort_id)
    if not can_run(by, cohort):
        raise PermissionDenied
    if to not in ANSWERS or not reply.strip():
        raise ValueError("an answer is one of three, in writing")
    application = Application.objects.select_related("territory").get(pk=application.pk)
    if application.state == to and application.reply == reply:
        return application
    if not application.can_be_decided or application.state == to:
        raise AlreadyDecided(
            _("Cette candidature a déjà reçu une réponse : %(state)s.") % {"state": application.get_state_display()}
        )
    invitation = None
    if to == Application.State.ACCEPTED:
        invitation = invite(
            space=cohort.space,
            email=application.email,
            role=Role.PARTICIPANT,
            by=by,
            organisation=enrol(
                cohort,
                _known_or_new(application.organisation_name, application.organisation_kind, application.territory),
            ),
            display_name=application.name,
            function=application.function,
        )
    application.state = to
    application.reply = reply
    application.decided_by = by
    application.decided_at = timezone.now()
    application.save(update_fields=["state", "reply", "decided_by", "decided_at"])
    facts = {"application": str(application.pk)} | ({"invitation": str(invitation.pk)} if invitation else {})
    notify(
        address=application.email,
        kind=f"application_{to}",
        facts=facts,
        dedupe_key=f"application:{application.pk}:{to}",
    )
    return application


@transaction.atomic
def invite_to_cohort(
    *,
    cohort: Cohort,
    email: str,
    role: str,
    by: User,
    organisation: Organisation | None = None,
    new_organisation: tuple[str, str] | None = None,
    display_name: str = "",
    function: str = "",
) -> Invitation:
    """Invite one address with its role, and send the letter. The organisation of a participant takes a place.

    `new_organisation` is the name and kind of one that is not enrolled yet. Raises CohortFull, AlreadyMember,
    TooManyInvitations.
    """
    cohort = _locked(cohort.pk)
    if not can_run(by, cohort):
        raise PermissionDenied
    if organisation is None and new_organisation is not None:
        organisation = _known_or_new(*new_organisation)
    if organisation and role in (Role.PARTICIPANT, Role.ORGANISATION_LEAD):
        enrol(cohort, organisation)
    invitation = invite(
        space=cohort.space,
        email=email,
        role=role,
        by=by,
        organisation=organisation,
        display_name=display_name,
        function=function,
    )
    notify(
        address=invitation.email,
        kind="invitation",
        facts={"invitation": str(invitation.pk)},
        dedupe_key=f"invitation:{invitation.pk}",
    )
    return invitation


def enrol(cohort: Cohort, organisation: Organisation) -> Organisation:
    """Give the organisation its place, if it has none. The caller holds the cohort's lock. Raises CohortFull."""
    taken = Enrolment.objects.filter(cohort=cohort)
    if not taken.filter(organisation=organisation).exists():
        if taken.count() >= cohort.capacity:
            raise CohortFull(
                _(
                    "Les %(capacity)s places de cette cohorte sont prises. "
                    "Vous pouvez mettre la candidature sur liste d’attente."
                )
                % {"capacity": cohort.capacity}
            )
        Enrolment.objects.create(cohort=cohort, organisation=organisation)
    return organisation


def _known_or_new(name: str, kind: str, territory: Territory | None = None) -> Organisation:
    """The organisation of that name, kind and territory (any territory when none is given), or a new one."""
    known = Organisation.objects.filter(name__iexact=name, kind=kind)
    if territory:
        known = known.filter(territory=territory)
    return known.order_by("pk").first() or Organisation.objects.create(name=name, kind=kind, territory=territory)
