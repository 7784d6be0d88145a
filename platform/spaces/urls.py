"""The door into a space."""

from django.urls import path

from spaces import views

app_name = "spaces"
urlpatterns = [path("invitations/<str:token>/", views.invitation, name="invitation")]
