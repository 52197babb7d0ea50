"""What the mail service posts to; a signature or a secret takes the place of signing in."""

from django.urls import path

from web.mail import hook_views

urlpatterns = [
    path("events/", hook_views.events, name="mail_events"),
    path("incoming/", hook_views.incoming, name="mail_incoming"),
    path("incoming/<str:secret>/", hook_views.incoming, name="mail_incoming_secret"),
]
