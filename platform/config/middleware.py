"""What every answer carries, whichever package makes it."""

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.utils.deprecation import MiddlewareMixin

# The only pages that a search engine may keep (a public note is one only once its author has made it so).
INDEXED = {
    "home:start",
    "home:about",
    "home:legal",
    "home:privacy",
    "home:accessibility",
    "cohorts:open",
    "cohorts:public",
    "reservoir:search",
    "reservoir:note",
}


class AnswerHeaders(MiddlewareMixin):
    """Keeps what a signed-in person reads out of every cache, and all but the public pages out of search engines."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        cookie = settings.SESSION_COOKIE_NAME
        # The cookie alone decides, so that no page pays a query for this; a visitor who has one loses only a cache.
        if cookie in request.COOKIES or cookie in response.cookies:
            response.headers["Cache-Control"] = "private, no-store"
        patch_vary_headers(response, ["Cookie"])
        route = getattr(request.resolver_match, "view_name", "")
        if route not in INDEXED:
            response.headers["X-Robots-Tag"] = "noindex"
        if route == "account_logout" and request.method == "POST":
            # What a page has put aside (a half-written contribution) does not outlive the session on a shared computer.
            response.headers["Clear-Site-Data"] = '"storage"'
        return response
