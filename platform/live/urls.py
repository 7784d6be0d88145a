"""Catching up and health. The streams themselves (`/live/ws/`, `/live/sse/`, `/live/poll/`) are in `live.routes`."""

from django.urls import path

from live import views

app_name = "live"

urlpatterns = [
    path("live/events/", views.events, name="events"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
]
