"""Which address leads where: one line per package, in the order of the floors."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from config import views

urlpatterns = [
    path("robots.txt", views.robots, name="robots"),
    path("compte/", include("allauth.urls")),
    path(settings.DJANGO_ADMIN_PATH, admin.site.urls),
]
