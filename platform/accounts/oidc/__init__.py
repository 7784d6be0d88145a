"""OpenID Connect as ProConnect speaks it, over django-allauth's own provider."""
