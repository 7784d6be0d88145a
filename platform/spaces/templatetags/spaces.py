"""Pieces that show where one is in a space."""

from typing import Any

from django import template
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from spaces.models import FACILITATING, Membership, Role, Space

register = template.Library()


@register.inclusion_tag("spaces/tabs.html", takes_context=True)
def space_tabs(context: dict[str, Any], space: Space, here: str) -> dict[str, Any]:
    """The sub-navigation of a cohort, for the roles of the person who looks (one query).

    In a peer group it is its cohort's. The sponsor, who sees counts only, has her own page instead of the others'.
    """
    pk = space.parent_id or space.pk
    person = context["request"].user
    roles = set(
        Membership.objects.current().filter(space=pk, person=person).values_list("role", flat=True)
        if person.is_authenticated
        else ()
    )
    if roles and roles <= {Role.SPONSOR}:
        tabs = [
            ("board", _("Où en est le parcours"), "chart-column", reverse("cohorts:sponsor", args=[pk])),
            ("members", _("Organisations"), "users", reverse("cohorts:members", args=[pk])),
            ("calendar", _("Calendrier"), "calendar", reverse("cohorts:calendar", args=[pk])),
        ]
    else:
        board = "cohorts:board" if roles & set(FACILITATING) else "cohorts:mine"
        tabs = [
            ("home", pgettext("tab", "Accueil"), "home", reverse("home:cohort", args=[pk])),
            ("talk", _("Discussions"), "message-circle", reverse("discussions:of_space", args=[pk])),
            ("calendar", _("Calendrier"), "calendar", reverse("cohorts:calendar", args=[pk])),
            ("notes", _("Notes"), "notebook-pen", reverse("reservoir:of_space", args=[pk])),
            ("members", _("Membres"), "users", reverse("cohorts:members", args=[pk])),
            (
                "board",
                _("Tableau de bord") if board == "cohorts:board" else _("Mon parcours"),
                "route",
                reverse(board, args=[pk]),
            ),
        ]
    return {
        "tabs": [
            {"name": name, "label": label, "icon": icon, "url": url, "here": name == here}
            for name, label, icon, url in tabs
        ],
        "unread_total": context.get("unread_total", 0),
    }
