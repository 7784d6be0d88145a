from django.urls import path

from notifications import views

app_name = "notifications"

urlpatterns = [
    path("notifications/", views.told, name="list"),
    path("notifications/nouvelles/", views.fresh, name="fresh"),
    path("notifications/tout-lire/", views.read_all, name="read_all"),
    path("notifications/reglages/", views.wishes, name="settings"),
    path("notifications/appareils/", views.allow_push, name="allow_push"),
    path("notifications/appareils/retirer/", views.stop_push, name="stop_push"),
    path("notifications/<uuid:pk>/lire/", views.read, name="read"),
    path("courriels/<str:token>/", views.unsubscribe, name="unsubscribe"),
    path("sw.js", views.service_worker, name="service_worker"),
]
