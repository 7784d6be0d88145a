from django.urls import path

from discussions import views

app_name = "discussions"

urlpatterns = [
    path("cohortes/<uuid:pk>/fils/", views.of_space, name="of_space"),
    path("fils/<uuid:pk>/", views.channel, name="channel"),
    path("fils/<uuid:pk>/messages/", views.post, name="post"),
    path("fils/<uuid:pk>/messages/<uuid:message>/supprimer/", views.remove, name="remove"),
]
