"""What every page knows."""

from django.conf import settings
from django.http import HttpRequest

#: Which entry of the main navigation the pages of a package belong to, when they do not say otherwise.
SECTIONS = {"cohorts": "cohort", "workshops": "cohort", "discussions": "talk", "reservoir": "reservoir"}
PUBLIC_PATHS = {"cohorts:open", "cohorts:public", "cohorts:apply"}
THEMES = ("light", "dark")


def page(request: HttpRequest) -> dict[str, object]:
    match = getattr(request, "resolver_match", None)
    section = ""
    if match:
        section = "paths" if match.view_name in PUBLIC_PATHS else SECTIONS.get(match.app_name, "")
    theme = request.COOKIES.get("theme", "")
    return {
        "current_section": section,
        "theme": theme if theme in THEMES else "",
        "operator": settings.OPERATOR,
        "is_demonstration": settings.DEMO,
    }
