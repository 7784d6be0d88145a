"""Which address leads where: one line per package, in the order of the floors."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from django.views.i18n import set_language

from config import views

urlpatterns = [
    path("langue/", set_language, name="set_language"),
    path("robots.txt", views.robots, name="robots"),
    path("", include("discussions.urls")),  # first: where most requests go when people write
    path("", include("home.urls")),
    path("", include("cohorts.urls")),
    path("", include("workshops.urls")),
    path("", include("spaces.urls")),
    path("", include("accounts.urls")),
    path("", include("reservoir.urls")),
    path("", include("notifications.urls")),
    path("", include("live.urls")),
    path("compte/", include("allauth.urls")),
    path(settings.DJANGO_ADMIN_PATH, admin.site.urls),
]

handler500 = "config.unavailable.broken"

if settings.ANYMAIL.get("WEBHOOK_SECRET"):  # a provider hands over the answers that people write by mail
    urlpatterns.append(path("courrier/", include("anymail.urls")))
