"""Who asks: the types of what a view receives."""

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest

from accounts.models import User

#: A person, or a visitor whom nobody knows.
Anyone = User | AnonymousUser


class SignedInRequest(HttpRequest):
    """A request behind `login_required`: whoever asks is a person."""

    user: User
