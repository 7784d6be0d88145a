"""What robots read."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

ROBOTS = """User-agent: *
Disallow: /compte/
Disallow: /cohortes/
Disallow: /demonstration/
Disallow: /fils/
Disallow: /invitations/
Disallow: /live/
Disallow: /moi/
Disallow: /rencontres/
Disallow: /seances/
"""


@require_safe
@cache_control(max_age=86400)
def robots(request: HttpRequest) -> HttpResponse:
    return HttpResponse(ROBOTS, content_type="text/plain; charset=utf-8")
