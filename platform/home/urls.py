from django.urls import path

from home import joining, views

app_name = "home"
urlpatterns = [
    path("", views.start, name="start"),
    path("cohortes/<uuid:pk>/", views.cohort, name="cohort"),
    path("recherche/", views.search, name="search"),
    path("notes/<uuid:pk>/fil/", joining.talk_about_note, name="talk_about_note"),
    path("capitaliser/", views.capitalise, name="capitalise"),
    path("a-propos/", views.about, name="about"),
    path("mentions-legales/", views.legal, name="legal"),
    path("donnees-personnelles/", views.privacy, name="privacy"),
    path("accessibilite/", views.accessibility, name="accessibility"),
    path("affichage/", views.theme, name="theme"),
]
