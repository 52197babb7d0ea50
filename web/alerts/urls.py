from django.urls import path

from web.alerts import chain_views, channel_views, incident_views, watch_views

app_name = "alerts"
urlpatterns = [
    path("", incident_views.index, name="index"),
    path("incidents/<uuid:incident>/", incident_views.detail, name="incident"),
    path("incidents/<uuid:incident>/acknowledge/", incident_views.acknowledge, name="acknowledge"),
    path("incidents/<uuid:incident>/resolve/", incident_views.resolve, name="resolve"),
    path("incidents/<uuid:incident>/comment/", incident_views.comment, name="comment"),
    path("watches/", watch_views.index, name="watches"),
    path("watches/new/", watch_views.create, name="new_watch"),
    path("watches/<uuid:watch>/", watch_views.edit, name="watch"),
    path("watches/<uuid:watch>/mute/", watch_views.mute, name="mute"),
    path("watches/<uuid:watch>/delete/", watch_views.delete, name="delete_watch"),
    path("on-call/", chain_views.index, name="on_call"),
    path("chains/new/", chain_views.create, name="new_chain"),
    path("chains/<uuid:chain>/", chain_views.edit, name="chain"),
    path("chains/<uuid:chain>/delete/", chain_views.delete, name="delete_chain"),
    path("chains/<uuid:chain>/exceptions/new/", chain_views.add_change, name="new_change"),
    path(
        "chains/<uuid:chain>/exceptions/<uuid:change>/delete/",
        chain_views.delete_change,
        name="delete_change",
    ),
    path("people/new/", chain_views.create_person, name="new_person"),
    path("people/<uuid:person>/", chain_views.edit_person, name="person"),
    path("people/<uuid:person>/delete/", chain_views.delete_person, name="delete_person"),
    path("channels/", channel_views.index, name="channels"),
    path("channels/new/", channel_views.create, name="new_channel"),
    path("channels/<uuid:channel>/", channel_views.edit, name="channel"),
    path("channels/<uuid:channel>/prove/", channel_views.prove, name="prove"),
    path("channels/<uuid:channel>/code/", channel_views.send_code, name="send_code"),
    path("channels/<uuid:channel>/test/", channel_views.send_test, name="test"),
    path("channels/<uuid:channel>/delete/", channel_views.delete, name="delete_channel"),
    path("accounts/new/", channel_views.create_account, name="new_account"),
    path("accounts/<uuid:account>/", channel_views.edit_account, name="account"),
    path("accounts/<uuid:account>/delete/", channel_views.delete_account, name="delete_account"),
]
