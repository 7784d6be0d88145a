"""Template tags and filters that every page may use without loading anything."""

import uuid
from datetime import date, datetime
from typing import Any

from django import template
from django.forms import BoundField
from django.template.base import NodeList, Parser, Token
from django.template.context import Context
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString

from ui import relief, typography
from ui.icons import ICONS

register = template.Library()

AVATAR_COLOURS = ("green", "blue", "ochre", "plum", "brick")


@register.simple_tag
def icon(name: str, label: str = "", css: str = "") -> SafeString:
    """A Lucide sign: silent beside words, or with `label` when it stands alone."""
    try:
        drawing = ICONS[name]
    except KeyError:
        raise template.TemplateSyntaxError(f"No icon is named “{name}”: add it to platform/ui/icons.py") from None
    silent = SafeString('aria-hidden="true" focusable="false"')
    voice = format_html('role="img" aria-label="{}"', label) if label else silent
    return format_html(
        '<svg class="icon{}" viewBox="0 0 24 24" {}>{}</svg>',
        f" {css}" if css else "",
        voice,
        SafeString(drawing),
    )


@register.simple_tag
def avatar(person: Any, css: str = "") -> SafeString:
    """A person's portrait or initials. Silent: the name always stands beside it."""
    colour = AVATAR_COLOURS[uuid.UUID(str(person.pk)).int % len(AVATAR_COLOURS)]
    classes = " ".join(filter(None, ["avatar", colour, css]))
    if person.picture:
        return format_html('<img class="{}" src="{}" alt="" width="36" height="36">', classes, person.picture.url)
    return format_html('<span class="{}" aria-hidden="true">{}</span>', classes, person.initials)


@register.filter(needs_autoescape=True)
def french(text: object, autoescape: bool = True) -> SafeString:
    """The text with French spaces and apostrophes (see `ui.typography`)."""
    if text is None:
        return SafeString("")
    if isinstance(text, SafeString):  # markup may hold addresses and attributes: left as it is
        return text
    return conditional_escape(typography.french(str(text))) if autoescape else SafeString(typography.french(str(text)))


@register.filter(expects_localtime=True)
def day(value: date | None) -> str:
    """« jeudi 11 février »"""
    return typography.day(value) if value else ""


@register.filter(expects_localtime=True)
def date_alone(value: date | None) -> str:
    """« 11 février »"""
    return typography.date_alone(value) if value else ""


@register.filter(expects_localtime=True)
def hour(value: datetime | None) -> str:
    """« 14 h 30 »"""
    return typography.hour(value) if value else ""


@register.filter(expects_localtime=True)
def when(value: datetime | None) -> str:
    """« jeudi 11 février, 14 h 30 »"""
    return f"{typography.day(value)}, {typography.hour(value)}" if value else ""


@register.simple_tag
def path_relief(months: Any) -> SafeString:
    """The path of a cohort as a relief. Decoration: the list of months stands under it."""
    states = tuple(str(month.state) for month in months)
    return SafeString(relief.path(states)) if states else SafeString("")


@register.simple_tag
def step_relief(progress: float, walker: bool = True) -> SafeString:
    """A step of a session as a pass to cross; `progress` from 0 to 1."""
    return SafeString(relief.step(float(progress), walker=walker))


@register.simple_tag
def contours() -> SafeString:
    return SafeString(relief.contours())


@register.simple_tag
def logo() -> SafeString:
    return SafeString(relief.LOGO)


@register.simple_tag
def field(bound: BoundField) -> SafeString:
    """One field of a form: label, help, control, errors, linked to each other."""
    return bound.as_field_group()


@register.simple_tag
def client_id(value: object = None) -> SafeString:
    """The hidden id that makes sending a form twice harmless."""
    return format_html('<input type="hidden" name="client_id" value="{}">', value or uuid.uuid4())


class CaptureNode(template.Node):
    child_nodelists = ("nodelist",)

    def __init__(self, name: str, nodelist: NodeList) -> None:
        self.name = name
        self.nodelist = nodelist

    def render(self, context: Context) -> SafeString:
        context[self.name] = self.nodelist.render(context).strip()
        return SafeString("")


@register.tag
def capture(parser: Parser, token: Token) -> CaptureNode:
    """`{% capture section %}{% block section %}…{% endblock %}{% endcapture %}`: what a block says, as a variable."""
    try:
        _, name = token.split_contents()
    except ValueError:
        raise template.TemplateSyntaxError("capture takes one name") from None
    nodelist = parser.parse(("endcapture",))
    parser.delete_first_token()
    return CaptureNode(name, nodelist)
