"""The only door to the regular reports of a workspace, and to editions that a link is for."""

from datetime import datetime
from uuid import UUID

from django.core import signing
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.http import Http404
from django.utils import timezone

from web.accounts.models import User, Workspace
from web.mail import wishes
from web.mail.models import Topic
from web.reports.models import LINK_LIFE, Edition, ReportState, Standing
from web.reports.standing.telling import SALT, members_who_get


def standing_reports(workspace: Workspace) -> QuerySet[Standing]:
    """Return the regular reports of a workspace with readers and last edition of each, by name."""
    newest = Edition.objects.filter(standing=OuterRef("pk")).order_by("-created", "-id")
    rows = Standing.objects.filter(workspace=workspace).select_related("workspace")
    return rows.annotate(
        readers=Count("subscribers"),
        last_state=Subquery(newest.values("state")[:1]),
        last_created=Subquery(newest.values("created")[:1]),
    ).order_by("name", "id")


def standing_of(workspace: Workspace, code: UUID) -> Standing:
    """Return one regular report. Raises Http404: there is none with this code here."""
    rows = Standing.objects.filter(workspace=workspace)
    found = rows.select_related("workspace", "created_by").filter(code=code).first()
    if found is None:
        raise Http404("no such report")
    return found


def editions_of(standing: Standing) -> QuerySet[Edition]:
    """Return the editions of a report, the newest period first."""
    return standing.editions.select_related("standing__workspace", "asked_by")


def edition_of(standing: Standing, code: UUID) -> Edition:
    """Return one edition of a report. Raises Http404: there is none with this code here."""
    found = editions_of(standing).filter(code=code).first()
    if found is None:
        raise Http404("no such edition")
    return found


def readers(standing: Standing) -> list[tuple[User, bool]]:
    """Return who is subscribed, each with whether they stopped it by mail."""
    stopped = wishes.addresses_without(Topic.REPORT, standing.thread)
    return [(user, user.email.lower() in stopped) for user in members_who_get(standing)]


def edition_from_link(code: UUID, token: str, *, now: datetime | None = None) -> Edition:
    """Return the edition that the link of a mail is for; whoever has the link may have it.

    Raises:
        Http404: The link is not ours, is for another edition, has expired, or the edition is gone.
    """
    try:
        signed = signing.loads(token, salt=SALT, max_age=LINK_LIFE)
    except signing.BadSignature as bad:
        raise Http404("no such link") from bad
    rows = Edition.objects.filter(
        code=code, state=ReportState.READY, standing__workspace__deleted=None
    )
    edition = rows.select_related("standing__workspace").first()
    expired = edition and edition.link_expires and edition.link_expires < (now or timezone.now())
    if signed != str(code) or edition is None or expired or not edition.files:
        raise Http404("no such link")
    return edition
