"""Addresses of the second factor."""

from django.urls import path

from web.factors import passkey_views, views

MINE = "account/factors/"

urlpatterns = [
    path(MINE, views.index, name="factors"),
    path(f"{MINE}app/", views.add_code_app, name="add_code_app"),
    path(f"{MINE}app/remove/", views.remove_code_app, name="remove_code_app"),
    path(f"{MINE}recovery/", views.remake_recovery_codes, name="remake_recovery_codes"),
    path(f"{MINE}passkeys/new/", views.add_passkey, name="add_passkey"),
    path(f"{MINE}passkeys/begin/", passkey_views.begin_making, name="begin_making_passkey"),
    path(f"{MINE}passkeys/finish/", passkey_views.finish_making, name="finish_making_passkey"),
    path(f"{MINE}passkeys/<uuid:passkey>/remove/", views.remove_passkey, name="remove_passkey"),
    path("account/prove/passkey/begin/", passkey_views.begin_proving, name="begin_proving"),
    path("account/prove/passkey/finish/", passkey_views.finish_proving, name="finish_proving"),
    path("sign-in/second/", views.second, name="second_factor"),
    path("sign-in/passkey/begin/", passkey_views.begin_entering, name="begin_entering"),
    path("sign-in/passkey/finish/", passkey_views.finish_entering, name="finish_entering"),
]
