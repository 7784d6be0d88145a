"""A message as every reader of its channel sees it, drawn once for all of them."""

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import translation

from discussions.models import Message


def render_message(message: Message) -> str:
    # One drawing for everybody, so in the language of the platform and without anyone's own buttons.
    with translation.override(settings.LANGUAGE_CODE):
        return render_to_string("discussions/message.html", {"message": message, "may_remove": False}).strip()
