"""Everything that writes to the audit log."""

from datetime import timedelta

from django.db import models
from django.utils import timezone

from web.accounts.models import User, Workspace
from web.audit import jobs
from web.audit.access import Query
from web.audit.models import EXPORT_LIFE, KINDS, Entry, Export, ExportState
from web.audit.origin import current
from web.platform import logfmt, queues

SYSTEM = "system"  # who, of what a job or the clock does
NOBODY = "not signed in"
GONE = ("deleted", "removed", "revoked", "withdrawn", "left")  # deeds after which no page is left
MAKE_TIMEOUT = 10 * 60  # s
MOST_EXPORTS = 5  # of a workspace that are being made


class TooMany(Exception):
    """No more files can be asked for now; the text is a sentence."""


def note(
    action: str,
    *,
    workspace: Workspace | None = None,
    user: User | str | None = None,
    about: models.Model | None = None,
    words: str = "",
) -> Entry:
    """Write into the audit log, in the caller's transaction. From where, the middleware tells.

    Args:
        action: A word of ``KINDS``, a dot, and what was done: ``target.saved``, ``key.revoked``.
        workspace: Whose owners see it; None: that of ``about``, else it is the user's own.
        user: Who did it, or a name; None: who is signed in, or the system in jobs and ticks.
        about: The row that it is about; its name and the path of its page are kept.
        words: More, for people; never a secret. 500 characters are kept.

    Raises:
        ValueError: The action begins with an unknown word.
    """
    kind, _, deed = action.partition(".")
    if kind not in KINDS or not deed:
        raise ValueError(f"action must be <kind>.<deed> with a known kind, got {action!r}")
    origin = current.get()
    doer = user if user is not None else origin.user
    return Entry.objects.create(
        workspace=workspace or workspace_of(about),
        action=action,
        user=doer if isinstance(doer, User) else None,
        who=(named(doer) or (NOBODY if origin.request else SYSTEM))[:200],
        via=origin.via[:120],
        about=str(about)[:200] if about is not None else "",
        about_code=getattr(about, "code", None),
        link="" if deed in GONE else link_of(about),
        words=words[:500],
        address=origin.address,
        agent=origin.agent,
        request_id=logfmt.request_id.get()[:200],
    )


def named(doer: User | str | None) -> str:
    """Return who it is, as it is kept: ``Olga <olga@example.org>``."""
    return f"{doer.name} <{doer.email}>" if isinstance(doer, User) else doer or ""


def workspace_of(about: models.Model | None) -> Workspace | None:
    """Return the workspace that a row is, or belongs to."""
    if isinstance(about, Workspace):
        return about
    found = getattr(about, "workspace", None)
    return found if isinstance(found, Workspace) else None


def link_of(about: models.Model | None) -> str:
    """Return the path of a row's page; empty where it has none."""
    address = getattr(about, "get_absolute_url", None)
    return str(address())[:300] if address else ""


def ask_for_export(workspace: Workspace, query: Query, *, by: User) -> Export:
    """Return a file that a job is going to make of the workspace's log.

    Raises:
        TooMany: So many are being made already.
    """
    going = workspace.audit_exports.filter(state__in=(ExportState.QUEUED, ExportState.RUNNING))
    if going.count() >= MOST_EXPORTS:
        raise TooMany(f"{MOST_EXPORTS} files are being made already. Wait for one of them.")
    export = Export.objects.create(workspace=workspace, asked_by=by, query=query.to_json())
    note("workspace.audit_log_exported", workspace=workspace, user=by)
    nudge(export)
    return export


def nudge(export: Export) -> None:
    """Put the job into the queue; the clock does it again for one that was lost."""
    queues.enqueue_on_commit("reports", jobs.make_export, str(export.code), timeout=MAKE_TIMEOUT)


def ends(export: Export) -> timedelta:
    """Return how long the file is still kept."""
    return export.created + EXPORT_LIFE - timezone.now()
