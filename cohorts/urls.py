"""Addresses of paths (for everybody) and of cohorts (for their members)."""

from django.urls import path

from cohorts.views import facilitating, members, public, tracking

app_name = "cohorts"
urlpatterns = [
    path("parcours/", public.open_paths, name="open"),
    path("parcours/<uuid:pk>/", public.public, name="public"),
    path("parcours/<uuid:pk>/candidater/", public.apply, name="apply"),
    path("cohortes/nouvelle/", facilitating.create, name="create"),
    path("cohortes/<uuid:pk>/charte/", members.charter, name="charter"),
    path("cohortes/<uuid:pk>/membres/", members.members, name="members"),
    path("cohortes/<uuid:pk>/calendrier/", members.calendar, name="calendar"),
    path("cohortes/<uuid:pk>/calendrier/<uuid:event>/", members.presence, name="presence"),
    path("cohortes/<uuid:pk>/candidatures/", facilitating.applications, name="applications"),
    path("cohortes/<uuid:pk>/candidatures/<uuid:application>/", facilitating.decide, name="decide"),
    path("cohortes/<uuid:pk>/etat/", facilitating.move, name="move"),
    path("cohortes/<uuid:pk>/inviter/", facilitating.invite, name="invite"),
    path("cohortes/<uuid:pk>/inviter/<uuid:invitation>/annuler/", facilitating.revoke, name="revoke"),
    path("cohortes/<uuid:pk>/tableau/", tracking.board, name="board"),
    path("cohortes/<uuid:pk>/mon-parcours/", tracking.mine, name="mine"),
    path("cohortes/<uuid:pk>/commanditaire/", tracking.sponsor, name="sponsor"),
    path("cohortes/<uuid:pk>/tableau/presences/<uuid:event>/", tracking.attendance, name="attendance"),
    path("cohortes/<uuid:pk>/tableau/jalons/<int:milestone>/", tracking.milestone, name="milestone"),
]
