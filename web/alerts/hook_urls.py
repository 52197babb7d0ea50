"""What Slack and Twilio call; signatures take the place of signing in."""

from django.urls import path

from web.alerts import hook_views

urlpatterns = [
    path("slack/<slug:account>/", hook_views.slack, name="slack_hook"),
    path("phone/<slug:account>/<uuid:attempt>/say/", hook_views.phone_say, name="phone_say"),
    path("phone/<slug:account>/<uuid:attempt>/key/", hook_views.phone_key, name="phone_key"),
    path(
        "phone/<slug:account>/<uuid:attempt>/status/", hook_views.phone_status, name="phone_status"
    ),
]
