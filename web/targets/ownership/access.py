"""The only door to what is proved of hosts, and to hosts that operators closed."""

from datetime import datetime
from ipaddress import ip_address, ip_network

from django.db.models import Q, QuerySet
from django.utils import timezone

from web.accounts.models import Workspace
from web.targets.models import Target
from web.targets.ownership import keys
from web.targets.ownership.models import Block, Ownership


def ownership_of(target: Target) -> Ownership | None:
    """Return what is known of the target's host and port: what holds now before what does not."""
    return _ownership_of(target.workspace, keys.host_of(target), target.port)


def is_proved(target: Target) -> bool:
    """Whether the workspace has proved that the target's host, at its port, is its own."""
    found = ownership_of(target)
    return found is not None and found.is_proved


def is_place_proved(workspace: Workspace, host: str, port: int) -> bool:
    """Whether a workspace has proved that a host, named as proofs name it, is its own there."""
    found = _ownership_of(workspace, host, port)
    return found is not None and found.is_proved


def _ownership_of(workspace: Workspace, host: str, port: int) -> Ownership | None:
    rows = Ownership.objects.filter(workspace=workspace, host=host)
    own = rows.filter(Q(port=port) | Q(is_of_host=True)).select_related("asked_by")
    return max(own, key=lambda row: (row.is_proved, row.port == port), default=None)


def due(before: object) -> QuerySet[Ownership]:
    """Return proofs that hold and were last looked at before a moment, the oldest first."""
    live = Ownership.objects.filter(expires__gt=timezone.now(), checked__lt=before, asked=None)
    return live.filter(target__isnull=False).order_by("checked")


def ending(now: datetime, *, before: datetime) -> QuerySet[Ownership]:
    """Return proofs that end before a moment and that nobody was told of, the first one first."""
    live = Ownership.objects.filter(expires__gt=now, expires__lt=before, warned=None)
    rows = live.filter(target__isnull=False).select_related("workspace", "target")
    return rows.order_by("expires", "id")


def proofs_of(workspace: Workspace) -> QuerySet[Ownership]:
    """Return all that a workspace has proved, or tried to."""
    return Ownership.objects.filter(workspace=workspace)


def blocks() -> QuerySet[Block]:
    """Return the hosts that operators closed, by name."""
    return Block.objects.select_related("created_by")


def closed() -> list[str]:
    """Return what operators closed: names, ``*.name``, addresses and networks."""
    return list(Block.objects.values_list("host", flat=True))


def covers(pattern: str, host: str) -> bool:
    """Whether ``*.example.org``, ``10.0.0.0/8`` or a plain host covers a host."""
    if pattern.startswith("*."):
        return host.endswith(pattern[1:])
    try:
        return ip_address(host) in ip_network(pattern)
    except ValueError:
        return host == pattern
