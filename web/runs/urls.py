from django.urls import path

from web.runs import injection_views, order_views, views, wall_views

app_name = "runs"
urlpatterns = [
    path("", views.index, name="index"),
    path("<uuid:run>/", views.detail, name="detail"),
    path("<uuid:run>/live.json", views.live_json, name="live"),
    path("<uuid:run>/series.json", views.series_json, name="series"),
    path("<uuid:run>/wall/", wall_views.wall, name="wall"),
    path("<uuid:run>/wall.bin", wall_views.wall_bin, name="wall_bin"),
    path("<uuid:run>/map/", wall_views.map_page, name="map"),
    path("<uuid:run>/map.bin", wall_views.map_bin, name="map_bin"),
    path("<uuid:run>/wall-ids.txt", wall_views.wall_ids, name="wall_ids"),
    path("<uuid:run>/stop/", views.stop, name="stop"),
    path("<uuid:run>/abort/", order_views.abort, name="abort"),
    path("<uuid:run>/control/", order_views.control, name="control"),
    path("<uuid:run>/orders/", order_views.order, name="order"),
    path("<uuid:run>/faults/", injection_views.faults, name="faults"),
    path("<uuid:run>/faults/<uuid:injection>/end/", injection_views.end, name="end_fault"),
    path("<uuid:run>/again/", views.again, name="again"),
    path("<uuid:run>/delete/", views.delete, name="delete"),
]
