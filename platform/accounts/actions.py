"""Everything that changes people and organisations."""

from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.db import transaction

from accounts.models import Organisation, Territory, User
from accounts.permissions import speaks_for_her_organisation


@transaction.atomic
def update_profile(
    *,
    person: User,
    display_name: str,
    function: str,
    organisation: Organisation | None,
    language: str,
    about: str,
    picture: ContentFile[bytes] | None = None,
    remove_picture: bool = False,
) -> User:
    """Save what a person says of herself; a portrait that is replaced or removed is deleted, not kept."""
    person = User.objects.select_for_update(of=("self",)).get(pk=person.pk)
    if organisation != person.organisation and speaks_for_her_organisation(person):
        raise PermissionDenied
    before = person.picture.name
    person.display_name, person.function, person.organisation = display_name, function, organisation
    person.language, person.about = language, about
    if picture is not None:
        person.picture.save(picture.name or "portrait.webp", picture, save=False)
    elif remove_picture:
        person.picture = ""
    person.save(
        update_fields=["display_name", "function", "organisation", "language", "about", "picture"],
    )
    if before and before != person.picture.name:
        storage = person.picture.storage
        transaction.on_commit(lambda: storage.delete(before))
    return person


@transaction.atomic
def join_organisation(
    *,
    person: User,
    name: str,
    kind: str,
    siren: str = "",
    rna: str = "",
    insee_code: str = "",
    territory: Territory | None = None,
) -> Organisation:
    """Say which organisation a person acts for: the one that already has this code, or a new one."""
    if speaks_for_her_organisation(person):
        raise PermissionDenied
    known = Organisation.objects.none()
    if siren:
        known = Organisation.objects.filter(siren=siren)
    elif rna:
        known = Organisation.objects.filter(rna=rna)
    elif insee_code:
        known = Organisation.objects.filter(insee_code=insee_code)
    organisation = known.first()
    if organisation is None:
        organisation = Organisation.objects.create(
            name=name, kind=kind, siren=siren, rna=rna, insee_code=insee_code, territory=territory
        )
    person.organisation = organisation
    person.save(update_fields=["organisation"])
    return organisation
