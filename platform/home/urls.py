from django.urls import path

from home import views

app_name = "home"
urlpatterns = [
    path("", views.start, name="start"),
    path("cohortes/<uuid:pk>/", views.cohort, name="cohort"),
    path("a-propos/", views.about, name="about"),
    path("mentions-legales/", views.legal, name="legal"),
    path("donnees-personnelles/", views.privacy, name="privacy"),
    path("accessibilite/", views.accessibility, name="accessibility"),
    path("affichage/", views.theme, name="theme"),
]
