"""A shard's way from one tower to the next: what its checkpoint holds, and how it is taken up.

Rule: a checkpoint is made between two looks at the fleet. After a hand-over in order the next tower
does what was left, message for message; after a loss it leaves out what the lost one may have done.
"""

import math
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from simulator.errors import DefinitionError
from simulator.fleet import checkpoint as packing
from simulator.fleet.checkpoint import Memory, objects, part_of, under
from simulator.recording import Kind, Limited, Reason, Second
from simulator.tower.faulting import Faulting
from simulator.tower.gaps import Gaps
from simulator.tower.ordering import Ordering
from simulator.tower.parts import Parts
from simulator.tower.reserve import Reserve
from simulator.tower.resume import Resume, Told
from simulator.tower.returning import Returning
from simulator.tower.sending import Sending
from simulator.transports import sessions

# What of a board is not made anew from the fleet and the connections.
_KEPT = ("failing", "sent", "acknowledged", "failed", "last", "reason")


class Moving:
    """What of one shard moves. All of it belongs to the loop."""

    def __init__(self, parts: Parts, *, sending: Sending, ordering: Ordering, gaps: Gaps) -> None:
        self._parts = parts
        self._gaps = gaps
        self._fleet = parts.fleet
        self._sending = sending
        self._ordering = ordering
        self.reserve = Reserve(parts.fleet.numbers, rate=parts.fleet.busiest)
        self.dropped_before = 0  # records, in towers before
        self._left: dict[int, sessions.Session] = {}  # sessions that go on elsewhere
        self._kept: tuple[bytes, NDArray[np.int64]] | None = None  # and what it reserves

    @property
    def is_low(self) -> bool:
        """Whether the numbers that are reserved run out."""
        return self.reserve.is_low(self._fleet.numbers)

    @property
    def is_short(self) -> bool:
        """Whether they have run out so far that nothing may fall due."""
        return self.reserve.is_short(self._fleet.numbers)

    def leave(self) -> None:
        """Take along the sessions of mocks that are about to let their connections go."""
        self._left = self._parts.exchange.sessions(leave=True)

    def keep(self, faulting: Faulting | None, *, dropped: int, is_last: bool = False) -> None:
        """Make a checkpoint of this moment; ``is_last``: nothing is done here any more.

        ``dropped`` are the records that no chunk will hold.
        """
        self.reserve.set_rate(self._fleet.busiest)
        reserved = self.reserve.beyond(self._fleet.numbers)
        missing = self._gaps.left(is_over=is_last)
        known = self._left if is_last else self._parts.exchange.sessions()
        where = self._parts.whereabouts
        memory: Memory = {
            **under("fleet", self._fleet.memory()),
            **under("board", {name: self._parts.board[name].copy() for name in _KEPT}),
            "opened": self._parts.has_opened.copy(),
            **under("where", where.state() if where else {}),
            "reserved": reserved,
            # As one text: taken apart value by value, it was two fifths of a checkpoint's CPU.
            "told": objects([orjson.dumps(self._told(dropped) | {"missing": missing}).decode()]),
            **under("sending", self._sending.state()),
            **under("faults", faulting.state() if faulting else {}),
            **under("orders", self._ordering.state()),
            **under("sessions", sessions.columns_of(known, self._parts.zero.unix) if known else {}),
        }
        self._kept = packing.pack(self._of, memory), reserved

    def take(self, t: float) -> bytes:
        """Return the last checkpoint, once; it is then known by ``t``, the snapshot's Unix s."""
        kept, self._kept = self._kept, None
        if kept is None:
            return b""
        self.reserve.asked(t, kept[1])
        return kept[0]

    def go_on(self, resume: Resume, afflict: Callable[[], Faulting]) -> None:
        """Take up what another tower left; before anybody connects.

        Args:
            resume: Of this shard.
            afflict: Returns what makes things go wrong on purpose, made when it is asked for.

        Raises:
            DefinitionError: The checkpoint is damaged, or of another shard, or version.
        """
        try:
            told = self._recall(resume, afflict) if resume.checkpoint else {}
            if resume.reason and resume.told:
                self._count(resume.told, is_lost=True)
        except (ValueError, KeyError, TypeError, IndexError) as error:
            raise DefinitionError(f"cannot go on: {error}") from error
        if resume.reason and not resume.checkpoint:
            numbers = self.reserve.beyond(self._fleet.numbers, blocks=max(1, resume.towers))
            self._fleet.count_from(numbers)
        self.reserve = Reserve(self._fleet.numbers, rate=self._fleet.busiest)
        if self._fleet.leaves_wills:  # each connection has a birth of its own
            self._fleet.disconnected(self._fleet.wanted, self._fleet.reached)
        now = max(0.0, self._parts.now())
        back = Returning(self._fleet.wanted, count=len(self._parts.board), now=now)
        if resume.checkpoint and not resume.reason and told["waits"]:
            back.restore(told["waits"])
        self._sending.go_on(
            back,
            now=now,
            skip=bool(resume.reason),
            went_on=lambda: self._record(resume, told),
        )

    @property
    def _of(self) -> dict[str, Any]:
        """What two towers' shards have in common where one goes on from the other."""
        given = self._parts.assignment
        return {"run": given.lot.run, "part": given.part, **self._fleet.of}

    def _told(self, dropped: int) -> dict[str, Any]:
        parts, limited = self._parts, self._parts.punctuality.limited
        return {
            "tower": parts.tower,
            "total": Second.summed([parts.seconds.total, parts.seconds.running]).to_dict(),
            "waiting": self._sending.waiting,
            "reasons": [[r.text, r.sends, r.lost] for r in parts.recorder.reasons.table()],
            "limited": limited and limited.to_dict(),
            "dropped": dropped,
        }

    def _recall(self, resume: Resume, afflict: Callable[[], Faulting]) -> dict[str, Any]:
        """Take everything back that the checkpoint holds; return what of it was told."""
        memory = packing.unpack(resume.checkpoint, self._of)
        is_lost = bool(resume.reason)
        stored = memory["told"][0]
        told: dict[str, Any] = orjson.loads(stored) if isinstance(stored, str) else stored
        self._fleet.recall(part_of(memory, "fleet"))
        if is_lost:
            self.reserve.set_rate(self._fleet.busiest)
            beyond = self.reserve.beyond(memory["reserved"], blocks=resume.towers)
            self._fleet.count_from(beyond)
        self._parts.has_opened[:] = memory["opened"]
        if self._parts.whereabouts:
            self._parts.whereabouts.restore(part_of(memory, "where"))
        if not (is_lost and resume.told):
            self._count(self._told_in(memory, told), is_lost=is_lost)
        if faults := part_of(memory, "faults"):
            afflict().restore(faults, self._fleet.reached, is_lost=is_lost)
        self._ordering.restore(part_of(memory, "orders"), is_lost=is_lost)
        waiting = part_of(memory, "sending")
        self._sending.recall(part_of(waiting, "caps"), is_lost=is_lost)
        told["waits"] = part_of(waiting, "returning")
        self._adopt(part_of(memory, "sessions"), is_lost=is_lost)
        return told

    def _told_in(self, memory: Memory, told: dict[str, Any]) -> Told:
        """Return the counts that a checkpoint holds."""
        board = self._parts.board.copy()
        for name, values in part_of(memory, "board").items():
            board[name] = values
        return Told(
            board=board,
            reasons=[Reason(*reason) for reason in told["reasons"]],
            total=Second.from_dict(told["total"]),
            dropped=told["dropped"],
            limited=Limited.from_dict(told["limited"]) if told["limited"] else None,
        )

    def _count(self, told: Told, *, is_lost: bool) -> None:
        """Go on with the counts. What a lost tower had in flight nobody knows: it is left out.

        Raises:
            ValueError: They are of another shard.
        """
        parts, board = self._parts, self._parts.board
        if len(told.board) != len(board):
            raise ValueError(f"{len(board)} mocks were told of as {len(told.board)}")
        for name in _KEPT:
            board[name] = told.board[name]
        total = Second.summed([told.total])
        if is_lost:
            total.due = total.delivered + total.failed
        parts.seconds.total = total
        parts.recorder.reasons.restore(told.reasons)
        parts.punctuality.limited = told.limited
        self.dropped_before = told.dropped

    def _adopt(self, columns: Memory, *, is_lost: bool) -> None:
        if not columns:
            return
        zero = self._parts.zero
        known = sessions.sessions_of(columns, lambda unix: unix - zero.epoch + zero.clock)
        for row, session in known.items():
            self._parts.exchange.adopt(row, sessions.apart(session) if is_lost else session)

    def _record(self, resume: Resume, told: dict[str, Any]) -> None:
        """Record of each mock where it went on, from which number, and why; and what is missing
        that the tower before could not say."""
        why = _words(resume, before=told.get("tower", ""), after=self._parts.tower)
        now, numbers = self._parts.clock(), self._fleet.sequence
        for row, status in enumerate(self._fleet.status.tolist()):
            self._parts.recorder.event(
                Kind.MOVED,
                row,
                at=now,
                status=status,
                reason=why,
                sequence=int(numbers[row]) + 1,
            )
        missing, since = told.get("missing", (0, 0.0))
        if missing:
            self._gaps.tell(missing, since)


def _words(resume: Resume, *, before: str, after: str) -> str:
    """Return why mocks went on elsewhere; every fact that explains the gap in their log."""
    if not resume.reason:
        return f"handed over by tower {before} to tower {after}"
    moment = datetime.fromtimestamp(math.floor(resume.at), UTC)
    return (
        f"{resume.reason}; tower {after} went on. Numbers below may be missing, and so may records "
        f"from {moment:%H:%M:%S} UTC on, and a little before"
    )
