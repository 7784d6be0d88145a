"""Addresses of events, sessions and commitments."""

from django.urls import path

from workshops.views import ateliers, events, room

app_name = "workshops"

urlpatterns = [
    path("ateliers/", ateliers.ateliers, name="ateliers"),
    path("ateliers/<uuid:pk>/", ateliers.atelier, name="atelier"),
    path("rencontres/<uuid:pk>/", events.event, name="event"),
    path("rencontres/<uuid:pk>/deplacer/", events.move, name="move"),
    path("rencontres/<uuid:pk>/presence/", events.presence, name="presence"),
    path("rencontres/<uuid:pk>/roles/", events.seats, name="seats"),
    path("seances/<uuid:pk>/", room.session, name="session"),
    path("seances/<uuid:pk>/preparer/", room.prepare, name="prepare"),
    path("seances/<uuid:pk>/fil/", events.talk, name="talk"),
    path("seances/<uuid:pk>/ecran/", room.projector, name="projector"),
    path("seances/<uuid:pk>/conduire/<slug:command>/", room.conduct, name="conduct"),
    path("seances/<uuid:pk>/dire/<slug:what>/", room.say, name="say"),
    path("apports/<uuid:pk>/garder/", room.keep, name="keep"),
    path("apports/<uuid:pk>/retirer/", room.withdraw, name="withdraw"),
    path("engagements/<uuid:pk>/", events.commitment, name="commitment"),
    path("engagements/<uuid:pk>/retirer/", room.drop, name="drop"),
]
