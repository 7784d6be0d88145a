"""One-click sign-in, for the demonstration only: the route does not exist without `settings.DEMO`."""

from uuid import UUID

from django.conf import settings
from django.core import signing
from django.urls import reverse

from accounts.models import User

SALT = "demo"


def link_for(user: User) -> str:
    """The whole address that signs in as `user`. Raises NoReverseMatch outside the demonstration."""
    return settings.SITE_URL + reverse("accounts:demo", kwargs={"token": signing.dumps(str(user.pk), salt=SALT)})


def person_of(token: str) -> User | None:
    """The active person a link was made for, None for a link that this installation did not sign."""
    try:
        pk = UUID(signing.loads(token, salt=SALT))
    except (signing.BadSignature, ValueError, TypeError, AttributeError):
        return None
    return User.objects.filter(pk=pk, is_active=True).first()
