"""Everything that people change about drains."""

from collections.abc import Iterable, Mapping
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from web.accounts.models import User, Workspace
from web.audit.actions import note
from web.drains import jobs, leasing
from web.drains.models import Drain, Letter, Progress
from web.lots.models import Lot
from web.platform import queues, storage
from web.platform.removal import remove_later
from web.platform.secrets import seal
from web.runs.models import Run

SHIP_TIMEOUT = 10 * 60  # s; a turn is 15 s and ends with the piece that it is at
TRY_TIMEOUT = 2 * 60  # s
MOST_OF_A_WORKSPACE = 20  # each has its turns of one queue, which all customers share
STRAGGLERS = timedelta(minutes=5)  # a job that still writes dead letters finds its row gone by then


class NameTaken(Exception):
    """Another drain of the workspace has this name; the text is a sentence."""


class TooMany(Exception):
    """The workspace has all the drains that it may have; the text is a sentence."""


class CannotSend(Exception):
    """Nothing can be sent now; the text is a sentence."""


class StorageDown(Exception):
    """Our object store does not answer; the text is a sentence."""


def save_drain(
    drain: Drain, *, lots: Iterable[Lot], secrets: Mapping[str, str | None], by: User
) -> Drain:
    """Store a drain, new or changed; a job that ships it with the old settings stops.

    Args:
        drain: With its workspace and all values as its form checked them.
        lots: Whose runs it takes; none: of all.
        secrets: Word -> new secret, "" to forget it, None to keep what is stored.
        by: Who is named as its maker, when it is new.

    Raises:
        NameTaken: Another drain has its name.
        TooMany: It is new, and the workspace has no room for it.
    """
    _seal(drain, secrets)
    drain.changed = timezone.now()
    deed = "made" if drain.pk is None else "saved"
    try:
        with transaction.atomic():
            if drain.pk is None:
                _hold_room(drain.workspace)
                drain.created_by = by
                drain.save()
            else:
                _change(drain)
            drain.lots.set(lots)
            note(f"drain.{deed}", user=by, about=drain)
            nudge(drain)
    except IntegrityError as error:
        raise NameTaken(f"There is a drain called {drain.name} already.") from error
    return drain


def _hold_room(workspace: Workspace) -> None:
    """Raise TooMany where a workspace has all its drains; of two new ones at once one waits."""
    list(Workspace.objects.filter(id=workspace.id).select_for_update(no_key=True))
    if Drain.objects.filter(workspace=workspace).count() >= MOST_OF_A_WORKSPACE:
        raise TooMany(
            f"A workspace has at most {MOST_OF_A_WORKSPACE} drains. Delete one that nobody needs."
        )


def _change(drain: Drain) -> None:
    """Store what its form says, and nothing that a job counts meanwhile."""
    said = ("name", "settings", "sealed", "secrets_set", "tags", "events", "results")
    Drain.objects.filter(id=drain.id).update(
        **{name: getattr(drain, name) for name in (*said, "share", "changed")},
        revision=F("revision") + 1,
        fence=F("fence") + 1,
        leased_until=None,
        next_try=None,
        asked=None,
    )
    drain.refresh_from_db()


def _seal(drain: Drain, changes: Mapping[str, str | None]) -> None:
    """Put new secrets into the row, beside those that are kept."""
    new = {word: seal(secret) for word, secret in changes.items() if secret is not None}
    if new:
        held = {word: text for word, text in {**drain.sealed, **new}.items() if text}
        drain.sealed, drain.secrets_set = held, timezone.now() if held else None


def pause(drain: Drain, *, by: User) -> bool:
    """Let nothing more go out until it is resumed; False when it was paused already."""
    paused = Drain.objects.filter(id=drain.id, paused=None).update(
        paused=timezone.now(),
        paused_by=by,
        paused_because="",
        fence=F("fence") + 1,
        leased_until=None,
    )
    if paused:
        note("drain.paused", user=by, about=drain)
    return bool(paused)


def resume(drain: Drain) -> bool:
    """Go on where it was left; False when it was not paused."""
    resumed = Drain.objects.filter(id=drain.id, paused__isnull=False).update(
        paused=None,
        paused_by=None,
        paused_because="",
        next_try=None,
        attempts=0,
        failing_since=None,
        asked=None,
    )
    if resumed:
        note("drain.resumed", about=drain)
        nudge(drain)
    return bool(resumed)


def try_now(drain: Drain) -> None:
    """Try again at once, without waiting for the end of the pause after a failure."""
    Drain.objects.filter(id=drain.id, leased_until=None).update(next_try=None, asked=None)
    nudge(drain)


def test(drain: Drain) -> None:
    """Have one record sent that is marked as a test.

    Raises:
        CannotSend: Nobody hears of the job now.
    """
    row = Drain.objects.filter(id=drain.id)
    row.update(test_asked=timezone.now())
    note("drain.tested", about=drain)
    try:
        queues.enqueue("drains", jobs.try_out, str(drain.code), timeout=TRY_TIMEOUT)
    except queues.QueueUnavailable as down:
        row.update(test_asked=None)
        raise CannotSend("The queue does not answer. Try again in a minute.") from down


def send_run(drain: Drain, run: Run) -> None:
    """Send a whole run, also one that ended before the drain was made, or one that was sent."""
    again = {"places": {}, "is_done": False, "is_asked": True, "at": timezone.now()}
    with transaction.atomic():
        # A job that is at this run would write the place where it is.
        Drain.objects.filter(id=drain.id).update(
            fence=F("fence") + 1, leased_until=None, asked=None
        )
        Progress.objects.update_or_create(drain=drain, run=run, defaults=again)
        note("drain.run_sent", about=drain, words=f"{run.name}, {run.code}")
        nudge(drain)


def delete_drain(drain: Drain) -> None:
    """Delete the drain with its dead letters; what was sent stays where it is."""
    with transaction.atomic():
        note("drain.deleted", about=drain)
        remove_later(drain.prefix, wait=STRAGGLERS)
        drain.delete()


def send_again(letter: Letter) -> None:
    """Have a dead letter sent once more by the next job of its drain.

    Raises:
        CannotSend: The drain is paused.
    """
    if letter.drain.paused:
        raise CannotSend("The drain is paused. Resume it, then send the records again.")
    Letter.objects.filter(id=letter.id, state=Letter.State.KEPT).update(
        state=Letter.State.ASKED, tries=F("tries") + 1
    )
    note("drain.letter_sent_again", about=letter.drain)
    try_now(letter.drain)


def discard(letter: Letter) -> None:
    """Remove a dead letter and its records for good.

    Raises:
        StorageDown: The records could not be removed; nothing was changed.
    """
    try:
        storage.delete(letter.key)
    except storage.StorageUnavailable as down:
        raise StorageDown("The object store does not answer. Try again in a minute.") from down
    note("drain.letter_discarded", about=letter.drain)
    letter.delete()


def nudge(drain: Drain) -> None:
    """Put the job into the queue; the clock does it again for one that was lost."""
    nudge_by_code(str(drain.code))


def nudge_by_code(code: str) -> None:
    """Put the job of a drain into the queue."""
    queues.enqueue_on_commit("drains", jobs.ship, code, timeout=SHIP_TIMEOUT)


def ask_for(drain: Drain) -> bool:
    """Put the job into the queue unless one was, a short time ago; two clocks ask once."""
    if not leasing.ask(drain):
        return False
    nudge(drain)
    return True
