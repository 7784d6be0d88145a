"""Addresses of a person's own pages; sign-in is django-allauth's, under /compte/."""

from django.conf import settings
from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("moi/", views.profile, name="profile"),
    path("moi/organisation/", views.organisation, name="organisation"),
    path("moi/appareils/<int:pk>/deconnecter/", views.end_session, name="end_session"),
    path("portraits/<str:name>", views.picture, name="picture"),
    path("territoires/", views.territories, name="territories"),
]
if settings.DEMO:
    urlpatterns.append(path("demonstration/<str:token>/", views.demo, name="demo"))
