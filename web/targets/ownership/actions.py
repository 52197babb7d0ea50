"""Everything that changes what is proved of hosts, and which hosts are closed."""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

import simulator
from web.accounts.models import User, Workspace
from web.audit import actions as audit
from web.platform import queues
from web.targets.actions import OptionsOutdated
from web.targets.models import Target
from web.targets.ownership import access, jobs, keys, ways
from web.targets.ownership.models import Ownership, Way
from web.targets.ownership.ways import Finding

logger = logging.getLogger(__name__)

HOLDS = timedelta(days=30)  # after a look that found the proof
LOOK_AGAIN = timedelta(days=7)  # so a proof that is missing can be mended three times
LOST_AFTER = timedelta(minutes=3)  # that a check takes at most; then its job was lost
MOST_ASKED = 3  # checks of a workspace that are under way
REST = timedelta(seconds=5)  # between two checks of one host
CHECK_TIMEOUT = 60  # s of the job
MOST_AT_ONCE = 20  # proofs of one tick that are looked at again


class CannotCheck(Exception):
    """Nothing is looked at now; the text is a sentence."""


def ask_for_check(target: Target, way: Way, *, by: User | None) -> Ownership:
    """Have a job look whether a target is proved in this way.

    Raises:
        CannotCheck: The way is none for this target, or too many checks are under way.
    """
    if way not in ways.ways_of(target):
        raise CannotCheck("This target cannot be proved in that way.")
    now = timezone.now()
    row, _ = Ownership.objects.get_or_create(
        workspace=target.workspace, host=keys.host_of(target), port=target.port
    )
    if row.asked and now - row.asked < LOST_AFTER:
        return row
    _hold_pace(target.workspace, now)
    if row.checked and now - row.checked < REST and by is not None:
        raise CannotCheck("It was looked at a moment ago. Wait a few seconds.")
    row.target, row.way = target, row.way if row.is_proved else way
    row.asked, row.asked_by = now, by
    row.save()
    queues.enqueue_on_commit("notices", jobs.check, str(row.code), way, timeout=CHECK_TIMEOUT)
    return row


def _hold_pace(workspace: Workspace, now: datetime) -> None:
    asked = access.proofs_of(workspace).filter(asked__gt=now - LOST_AFTER)
    if asked.count() >= MOST_ASKED:
        raise CannotCheck("Other checks of this workspace are under way. Wait for their results.")


def check(code: str, way: Way) -> bool:
    """Look once and keep what was found; the job calls this. Return whether it is a proof."""
    row = Ownership.objects.select_related("target__workspace").filter(code=code).first()
    if row is None or row.target is None or row.asked is None:
        return False
    if (keys.host_of(row.target), row.target.port) != (row.host, row.port):
        finding = Finding("The target leads to another host by now.")
    else:
        finding = _found(row.target, way)
    _keep(row, way, finding)
    return finding.is_proof


def _found(target: Target, way: Way) -> Finding:
    try:
        return ways.look(target, way)
    except (simulator.DefinitionError, OptionsOutdated) as error:
        return Finding(f"The target cannot be visited as it is: {error}.")


def _keep(row: Ownership, way: Way, finding: Finding) -> None:
    now = timezone.now()
    changes: dict[str, object] = {
        "asked": None,
        "checked": now,
        "result": finding.words[:500],
        "went_well": finding.is_proof,
    }
    if finding.is_proof:
        since = row.proved if row.is_proved else now
        changes |= {"proved": since, "expires": now + HOLDS, "warned": None, "way": way}
        changes["is_of_host"] = finding.is_of_host
    kept = Ownership.objects.filter(id=row.id, asked=row.asked).update(**changes)
    if kept and finding.is_proof and not row.is_proved:
        words = f"{row}, by {way.label.lower()}."
        audit.note(
            "target.proved",
            workspace=row.workspace,
            user=row.asked_by or audit.SYSTEM,
            about=row.target,
            words=words,
        )


def look_again() -> int:
    """Have proofs looked at again that were not for a while; the clock calls this."""
    Ownership.objects.filter(asked__lt=timezone.now() - LOST_AFTER).update(
        asked=None, checked=F("asked"), result="The check was lost. Ask for it again."
    )
    asked = 0
    for row in access.due(timezone.now() - LOOK_AGAIN).select_related("target__workspace"):
        if asked >= MOST_AT_ONCE or row.target is None:
            break
        try:
            ask_for_check(row.target, Way(row.way), by=None)
        except CannotCheck as cannot:
            logger.info("not looked at again: %s", cannot)
            continue
        asked += 1
    return asked


@transaction.atomic
def withdraw(row: Ownership, *, by: User) -> None:
    """Forget a proof: from now on it counts as never shown."""
    audit.note("target.proof_withdrawn", workspace=row.workspace, user=by, words=f"{row}.")
    row.delete()
