"""Words about a person's devices."""

from django import template
from django.utils.translation import gettext as _

register = template.Library()

# Order matters: Edge says it is Chrome, Chrome says it is Safari.
BROWSERS = {"Edg": "Edge", "OPR": "Opera", "Firefox": "Firefox", "Chrome": "Chrome", "Safari": "Safari"}
SYSTEMS = {"iPhone": "iPhone", "iPad": "iPad", "Android": "Android", "Windows": "Windows", "Mac OS": "macOS"}
SYSTEMS |= {"Linux": "Linux"}


@register.filter
def browser(user_agent: str) -> str:
    """« Firefox, Windows » for the person who has to recognise her devices."""
    names = [next((name for sign, name in table.items() if sign in user_agent), "") for table in (BROWSERS, SYSTEMS)]
    return ", ".join(filter(None, names)) or _("Navigateur inconnu")
