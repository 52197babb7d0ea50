"""One turn of a drain: what waits goes out, chunk by chunk, until the turn is over.

Rule: a chunk is left behind only when all of it is taken, or refused for good and kept; a turn that
is cut off anywhere sends a part of it again, with the same ids.
"""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from time import monotonic
from uuid import UUID

from django.db.models import F

from web.drains import leasing, letters
from web.drains.filters import Filter
from web.drains.leasing import Overtaken
from web.drains.models import Drain, Letter, Progress
from web.drains.senders import sender_of
from web.drains.senders.base import Failing, Piece, Sender, Step
from web.drains.waiting import MOST_CHUNKS, chunks_after, progress_of, runs_for
from web.logs.models import Chunk
from web.platform import storage
from web.platform.secrets import SealBroken
from web.runs.models import LIVE, Run

logger = logging.getLogger(__name__)

TURN = 15.0  # s that one drain has before the next in the queue is due
OUR_STORE = 15.0  # s until the next attempt when our own store does not answer
OUR_ERROR = 60.0  # s until the next attempt after an error of ours
BROKEN_SEAL = "Its secrets cannot be opened with the keys of this server. Enter them again."


@dataclass(slots=True)
class Turn:
    """How long a job may go on. ``is_stopped`` is asked between two steps."""

    until: float  # s of ``now``
    is_stopped: Callable[[], bool] = lambda: False
    now: Callable[[], float] = monotonic
    went_well: float = field(init=False)  # s of ``now``, when a step did, or the turn began

    def __post_init__(self) -> None:
        self.went_well = self.now()

    @classmethod
    def of(cls, seconds: float = TURN, *, is_stopped: Callable[[], bool] | None = None) -> "Turn":
        """Return a turn of so many seconds from now on."""
        return cls(monotonic() + seconds, is_stopped or (lambda: False))

    @property
    def held_up(self) -> float:
        """How many s nothing has gone well, while other drains wait."""
        return self.now() - self.went_well

    @property
    def is_over(self) -> bool:
        return self.is_stopped() or self.now() >= self.until


def ship(
    code: UUID, *, turn: Turn | None = None, sender: Callable[[Drain], Sender] = sender_of
) -> bool:
    """Send what waits of a drain; return whether the turn ended before all had gone.

    One that is gone, paused, not due, or another job's is passed over.

    Args:
        code: The drain's.
        turn: How long; None: ``TURN``.
        sender: Makes what sends; tests give their own.

    Raises:
        Exception: Our own bugs only.
    """
    drain = leasing.claim(code)
    if drain is None:
        return False
    turn = turn or Turn.of()
    try:
        has_more = _ship(drain, turn, sender)
    except Overtaken as overtaken:
        logger.info("drain overtaken: %s", overtaken)
    except (Failing, SealBroken) as failing:
        _fail(drain, failing, took=turn.held_up)
    except storage.StorageUnavailable as down:
        logger.warning("drain waits: %s", down, extra={"drain": str(code)})
        leasing.put_off(drain, seconds=OUR_STORE)
    except BaseException:
        leasing.put_off(drain, seconds=OUR_ERROR)
        raise
    else:
        leasing.rest(drain)
        return has_more
    return False


def _fail(drain: Drain, failing: Exception, *, took: float) -> None:
    words = BROKEN_SEAL if isinstance(failing, SealBroken) else str(failing)
    wait = getattr(failing, "wait", None)
    logger.warning("drain failing: %s", words, extra={"drain": str(drain.code)})
    leasing.fail(drain, words, wait=wait, took=took)


def _ship(drain: Drain, turn: Turn, make: Callable[[Drain], Sender]) -> bool:
    sender = make(drain)
    try:
        _note_shards(drain, sender)
        for letter in drain.letters.filter(state=Letter.State.ASKED).select_related("run"):
            _send_again(drain, sender, letter)
        for run in runs_for(drain):
            if turn.is_over or not _ship_run(drain, sender, run, turn):
                return True
        return False
    finally:
        sender.close()


def _note_shards(drain: Drain, sender: Sender) -> None:
    """Keep how many shards a stream has, for the page of a lot."""
    count = sender.shard_count()
    if count is not None and count != drain.shards:
        with leasing.held(drain) as row:
            row.update(shards=count)


def _ship_run(drain: Drain, sender: Sender, run: Run, turn: Turn) -> bool:
    """Send what waits of one run; return whether that was all."""
    # Asked before its chunks are: once it has ended no more of them can come.
    has_ended = run.state not in LIVE
    progress = progress_of(drain, run)
    while chunks := list(chunks_after(progress)[:MOST_CHUNKS]):
        for chunk in chunks:
            for _ in _ship_chunk(drain, sender, progress, chunk):
                turn.went_well = turn.now()
                if turn.is_over:
                    return False
        if turn.is_over:
            return False
    if has_ended:
        leasing.finish(drain, progress)
    return True


def _ship_chunk(drain: Drain, sender: Sender, progress: Progress, chunk: Chunk) -> Iterator[Step]:
    """Send what is left of a chunk; yield after each step that is noted."""
    taken = Filter(drain.events, drain.results, drain.share)
    begin = progress.begun(chunk.shard_id, chunk.key)
    piece = Piece(chunk, progress.run, taken, begin=begin)
    try:
        for step in sender.send(piece):
            _note(drain, progress, piece, step)
            yield step
    except storage.ObjectMissing:
        # It was merged into another, or retention took it, since its row was read.
        if not Chunk.objects.filter(id=chunk.id).exists():
            return
        logger.warning("chunk is gone", extra={"drain": str(drain.code), "key": chunk.key})
        leasing.lose(drain, chunk.rows - piece.begin)
        leasing.advance(drain, progress, chunk, rows=chunk.rows)


def _note(drain: Drain, progress: Progress, piece: Piece, step: Step) -> None:
    """Keep what became of a part of a chunk, in one transaction."""
    name = f"{piece.name}/{step.rows}"
    kept = letters.letters_of(drain, piece.run, name, step.refusals)
    leasing.advance(
        drain,
        progress,
        piece.chunk,
        rows=step.rows,
        shipped=step.shipped,
        size=step.size,
        refused=sum(len(refusal.lines) for refusal in step.refusals),
        letters=kept,
    )


def _send_again(drain: Drain, sender: Sender, letter: Letter) -> None:
    """Send a dead letter once more; what is refused again stays, with the new reason."""
    try:
        lines = letters.lines_of(letter)
    except storage.ObjectMissing:
        with leasing.held(drain):
            letter.delete()
        return
    stream = f"{letter.run.code}/resent" if letter.run else "resent"
    refusals = sender.resend(f"resent/{letter.code}/{letter.tries}", stream, lines)
    left = [line for refusal in refusals for line in refusal.lines]
    if left:
        size = letters.store(letter.key, left)
    with leasing.held(drain) as row:
        row.update(shipped=F("shipped") + len(lines) - len(left))
        if left:
            letter.state, letter.records, letter.size = Letter.State.KEPT, len(left), size
            letter.reason = refusals[0].reason[:500]
            letter.save(update_fields=["state", "records", "size", "reason"])
        else:
            letter.delete()
    if not left:
        storage.delete(letter.key)
