"""Every address. A workspace's pages lie under ``/w/<uuid:workspace>/``."""

from django.urls import URLPattern, URLResolver, include, path

from web import home
from web.accounts import views
from web.definitions import schema_views
from web.lots import schema_views as lot_schemas
from web.mail import operator_views as mail
from web.scaling import views as scaling
from web.targets import abuse_views
from web.targets import schema_views as target_schemas

WORKSPACE = "w/<uuid:workspace>/"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.landing, name="landing"),
    path("", include("web.accounts.urls")),
    path("", include("web.factors.urls")),
    path(WORKSPACE, home.home, name="home"),
    path(f"{WORKSPACE}definitions/", include("web.definitions.urls")),
    path(f"{WORKSPACE}datasets/", include("web.datasets.urls")),
    path(f"{WORKSPACE}targets/", include("web.targets.urls")),
    path(f"{WORKSPACE}lots/", include("web.lots.urls")),
    path(f"{WORKSPACE}schedules/", include("web.schedules.urls")),
    path(f"{WORKSPACE}runs/", include("web.runs.urls")),
    path(f"{WORKSPACE}logs/", include("web.logs.urls")),
    path(f"{WORKSPACE}drains/", include("web.drains.urls")),
    path(f"{WORKSPACE}reports/", include("web.reports.urls")),
    path(f"{WORKSPACE}watching/", include("web.alerts.urls")),
    path(f"{WORKSPACE}usage/", include("web.usage.urls")),
    path(f"{WORKSPACE}audit/", include("web.audit.urls")),
    path(f"{WORKSPACE}keys/", include("web.keys.urls")),
    path(f"{WORKSPACE}mails/", mail.of_workspace, name="mails"),
    path("", include("web.mail.urls")),
    path("hooks/mail/", include("web.mail.hook_urls")),
    path("hooks/", include("web.alerts.hook_urls")),
    path("operations/mails/", include("web.mail.operator_urls")),
    path("operations/", include("web.alerts.operator_urls")),
    path("operations/hosts/", include("web.runs.operator_urls")),
    path("api/", include("web.api.urls")),
    path("operations/scaling/", include("web.scaling.urls")),
    path("operations/usage/", include("web.usage.operator_urls")),
    path("", include("web.status.urls")),
    path("operations/status/", include("web.status.operator_urls")),
    path("hirefire", scaling.hirefire, name="hirefire"),
    path("abuse", abuse_views.abuse, name="abuse"),
    path("reports/", include("web.reports.link_urls")),
    path("schemas/definition.json", schema_views.definition, name="definition-schema"),
    path("schemas/lot.json", lot_schemas.lot, name="lot-schema"),
    path("schemas/faults.json", lot_schemas.faults, name="fault-schema"),
    path("schemas/target-<slug:protocol>.json", target_schemas.target, name="target-schema"),
]

handler400 = "web.platform.errors.bad_request"
handler403 = "web.platform.errors.forbidden"
handler404 = "web.platform.errors.not_found"
handler500 = "web.platform.errors.server_error"
