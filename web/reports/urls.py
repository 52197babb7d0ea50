from django.urls import path

from web.reports import views
from web.reports.standing import views as regular

app_name = "reports"
ONE = "regular/<uuid:standing>/"
EDITION = f"{ONE}editions/<uuid:edition>/"
urlpatterns = [
    path("regular/", regular.index, name="regular"),
    path("regular/new/", regular.create, name="standing_new"),
    path(ONE, regular.detail, name="standing"),
    path(f"{ONE}edit/", regular.edit, name="standing_edit"),
    path(f"{ONE}pause/", regular.pause, name="standing_pause"),
    path(f"{ONE}resume/", regular.resume, name="standing_resume"),
    path(f"{ONE}run/", regular.run_now, name="standing_run"),
    path(f"{ONE}delete/", regular.delete, name="standing_delete"),
    path(f"{ONE}subscribe/", regular.subscribe, name="standing_subscribe"),
    path(EDITION, regular.edition, name="edition"),
    path(f"{EDITION}retry/", regular.retry, name="edition_retry"),
    path(f"{EDITION}cancel/", regular.cancel, name="edition_cancel"),
    path(f"{EDITION}download/", regular.download, name="edition_download"),
    path(f"{EDITION}download/<int:part>/", regular.download, name="edition_part"),
    path("", views.index, name="index"),
    path("runs/<uuid:run>/new/", views.ask, name="new"),
    path("<uuid:report>/", views.detail, name="detail"),
    path("<uuid:report>/download/", views.download, name="download"),
    path("runs/<uuid:run>/download/", views.order, name="order"),
    path("<uuid:report>/download/<int:part>/", views.download, name="part"),
    path("<uuid:report>/cancel/", views.cancel, name="cancel"),
    path("<uuid:report>/retry/", views.retry, name="retry"),
    path("<uuid:report>/delete/", views.delete, name="delete"),
]
