"""Addresses of the reservoir."""

from django.urls import path

from reservoir.views import publishing, quoting, reading, reviewing, writing

app_name = "reservoir"
urlpatterns = [
    path("reservoir/", reading.search, name="search"),
    path("cohortes/<uuid:space>/notes/", reading.of_space, name="of_space"),
    path("cohortes/<uuid:space>/notes/nouvelle/", writing.new, name="new"),
    path("notes/<uuid:pk>/", reading.note, name="note"),
    path("notes/<uuid:pk>/en-parler/", reading.talk, name="talk"),
    path("notes/<uuid:pk>/ecrire/", writing.write, name="write"),
    path("notes/<uuid:pk>/ecrire/reperes/", writing.facts, name="facts"),
    path("notes/<uuid:pk>/ecrire/auteurs/", writing.authors, name="authors"),
    path("notes/<uuid:pk>/ecrire/mon-nom/", writing.my_name, name="my_name"),
    path("notes/<uuid:pk>/ecrire/<slug:section>/", writing.section, name="section"),
    path("notes/<uuid:pk>/partager/", publishing.share, name="share"),
    path("notes/<uuid:pk>/accords/demander/", publishing.ask, name="ask"),
    path("notes/<uuid:pk>/accords/organisation/", publishing.organisation, name="organisation"),
    path("notes/<uuid:pk>/accords/<uuid:consent>/", publishing.consent, name="consent"),
    path("notes/<uuid:pk>/citations/", quoting.quotations, name="quotations"),
    path("notes/<uuid:pk>/citations/<uuid:quotation>/", quoting.quotation, name="quotation"),
    path("notes/<uuid:pk>/redescendre/", publishing.come_down, name="lower"),
    path("notes/<uuid:pk>/relecture/demander/", reviewing.ask, name="ask_review"),
    path("notes/<uuid:pk>/relecture/", reviewing.answer, name="review"),
    path("notes/<uuid:pk>/retirer/", publishing.take_away, name="withdraw"),
]
