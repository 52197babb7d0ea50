"""The only door to what a workspace watches, and to what Slack and Twilio may touch."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Case, Count, Model, Q, QuerySet, Value, When
from django.http import Http404
from django.utils import timezone

from web.accounts.models import Workspace
from web.alerts import ways
from web.alerts.kinds import KINDS
from web.alerts.models import (
    UNRESOLVED,
    Account,
    Attempt,
    Chain,
    ChainChange,
    Channel,
    ChannelKind,
    Incident,
    IncidentState,
    Person,
    Watch,
)
from web.runs.models import Run

Row = TypeVar("Row", bound=Model)
ORDERS = ("opened", "subject_name", "kind", "resolved")
CALL_LIFE = timedelta(hours=1)  # after which a call's addresses answer nobody
STANDING = Case(
    When(state=IncidentState.OPEN, then=Value(0)),
    When(state=IncidentState.ACKNOWLEDGED, then=Value(1)),
    default=Value(2),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What somebody wants to see of the incidents; unknown words count as not said."""

    state: str = ""
    kind: str = ""
    run: UUID | None = None
    order: str = ""

    @classmethod
    def read(cls, query: Mapping[str, Any]) -> "Filters":
        """Return the filters that a query string says."""
        state, kind, order = (query.get(name, "") for name in ("state", "kind", "order"))
        return cls(
            state=state if state in IncidentState.values else "",
            kind=kind if kind in KINDS else "",
            run=_uuid(query.get("run", "")),
            order=order if order.removeprefix("-") in ORDERS else "",
        )


def incidents_of(workspace: Workspace | None) -> QuerySet[Incident]:
    """Return the incidents of a workspace, or of the service for None: open first, newest first."""
    found = Incident.objects.filter(workspace=workspace)
    return found.select_related("workspace", "run__workspace", "watch").order_by(
        STANDING, "-opened", "-id"
    )


def filtered(incidents: QuerySet[Incident], filters: Filters) -> QuerySet[Incident]:
    """Return the incidents that the filters leave, in their order."""
    if filters.state:
        incidents = incidents.filter(state=filters.state)
    if filters.kind:
        incidents = incidents.filter(kind=filters.kind)
    if filters.run:
        incidents = incidents.filter(run__code=filters.run)
    return incidents.order_by(filters.order, "-id") if filters.order else incidents


def incident_of(workspace: Workspace | None, code: UUID) -> Incident:
    """Return one incident of a workspace, or of the service for None. Raises Http404: none."""
    return _one(incidents_of(workspace).select_related("rule"), code, "incident")


def open_incidents_of(run: Run) -> list[Incident]:
    """Return a run's incidents that are not over, newest first, for its page."""
    found = Incident.objects.filter(run=run, state__in=UNRESOLVED).select_related("workspace")
    return list(found.order_by(STANDING, "-opened")[:20])


def open_count(workspace: Workspace) -> int:
    """Return how many incidents of a workspace nobody has acknowledged."""
    return Incident.objects.filter(workspace=workspace, state=IncidentState.OPEN).count()


def watches_of(workspace: Workspace) -> QuerySet[Watch]:
    """Return the watches by name, with ``rule_count`` and ``open_count``."""
    return (
        Watch.objects.filter(workspace=workspace)
        .select_related("workspace", "chain")
        .annotate(
            rule_count=Count("rules", distinct=True),
            open_count=Count("incidents", filter=Q(incidents__state__in=UNRESOLVED), distinct=True),
        )
        .order_by("name", "id")
    )


def watch_of(workspace: Workspace, code: UUID) -> Watch:
    """Return one watch. Raises Http404: there is none with this code here."""
    return _one(watches_of(workspace), code, "watch")


def chains_of(workspace: Workspace) -> QuerySet[Chain]:
    """Return the chains by name, with their turns and people fetched."""
    found = Chain.objects.filter(workspace=workspace).select_related("workspace")
    return found.prefetch_related("turns__person").order_by("name", "id")


def chain_of(workspace: Workspace, code: UUID) -> Chain:
    """Return one chain. Raises Http404: there is none with this code here."""
    return _one(chains_of(workspace), code, "chain")


def change_of(chain: Chain, code: UUID) -> ChainChange:
    """Return one exception of a chain. Raises Http404: there is none with this code here."""
    return _one(chain.changes.all(), code, "change")


def people_of(workspace: Workspace) -> QuerySet[Person]:
    """Return the people by name, with their channels fetched."""
    found = Person.objects.filter(workspace=workspace).select_related("workspace")
    return found.prefetch_related("channels").order_by("name", "id")


def person_of(workspace: Workspace, code: UUID) -> Person:
    """Return one person. Raises Http404: there is none with this code here."""
    return _one(people_of(workspace), code, "person")


def channels_of(workspace: Workspace) -> QuerySet[Channel]:
    """Return all channels, the team's first."""
    found = Channel.objects.filter(workspace=workspace).select_related("person", "account")
    return found.order_by("person__name", "position", "name", "id")


def team_channels_of(workspace: Workspace) -> QuerySet[Channel]:
    """Return the channels that belong to nobody alone."""
    return channels_of(workspace).filter(person=None).order_by("name", "id")


def channel_of(workspace: Workspace, code: UUID) -> Channel:
    """Return one channel. Raises Http404: there is none with this code here."""
    return _one(channels_of(workspace), code, "channel")


def accounts_of(workspace: Workspace) -> QuerySet[Account]:
    """Return the Slack apps and Twilio accounts by name."""
    return Account.objects.filter(workspace=workspace).order_by("name", "id")


def account_of(workspace: Workspace, code: UUID) -> Account:
    """Return one account. Raises Http404: there is none with this code here."""
    return _one(accounts_of(workspace), code, "account")


def incident_of_account(account: str, code: UUID) -> Incident | None:
    """Return an incident that a Slack app may acknowledge: one of its own workspace.

    Args:
        account: A Slack app's code, or ``service`` for the operators' own.
        code: Of the incident.
    """
    found = Incident.objects.filter(code=code)
    if account == ways.SERVICE:
        return found.filter(workspace=None).first()
    return found.filter(workspace__alert_accounts__code=account).first()


def call_of(account: str, code: UUID, call: str) -> Attempt:
    """Return the attempt that a call is for.

    Args:
        account: A Twilio account's code, or ``service``.
        code: Of the attempt.
        call: Twilio's name for the call; another one than was made is refused.

    Raises:
        Http404: There is no such call, it is of another account, or it is over for long.
    """
    found = (
        Attempt.objects.select_related("incident__workspace", "incident__watch", "channel__account")
        .filter(code=code, kind=ChannelKind.PHONE, created__gt=timezone.now() - CALL_LIFE)
        .first()
    )
    if found is None or not call or (found.reference and found.reference != call):
        raise Http404("no such call")
    owner = found.channel.account if found.channel else None
    if (str(owner.code) if owner else ways.SERVICE) != account:
        raise Http404("no such call")
    return found


def _one(rows: QuerySet[Row], code: UUID, what: str) -> Row:
    found = rows.filter(code=code).first()
    if found is None:
        raise Http404(f"no such {what}")
    return found


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
