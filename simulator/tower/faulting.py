"""The faults of one shard at work: what ``faults`` decides is done here, to fleet and exchange.

Rule: told the time of the run, decides nothing. There is none of it before something is to go
wrong, and whatever it begins it ends.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from simulator.definition.behaviour.buffer import Buffer
from simulator.faults import Connections, Deeds, Lost, Span, Spell, Timeline, Way, marked
from simulator.fleet import Batch
from simulator.fleet.checkpoint import objects, part_of, under
from simulator.impairment import Impairment
from simulator.lot.fault import Fault
from simulator.lot.faults import (
    ClockSkew,
    DeadBattery,
    Frozen,
    Malformed,
    Offline,
    WrongCredential,
)
from simulator.tower.parts import Parts
from simulator.tower.spoiling import spoilt
from simulator.transports import Identity

# Bytes that are no packet of a protocol. MQTT: a PUBLISH whose QoS is 3, which no version has
# ([MQTT-3.3.1-4]). Elsewhere: what begins no line of text and no message.
NO_PACKET = {"mqtt": bytes.fromhex("36 05 00 01 61 00 01")}
NOTHING_KNOWN = b"\xff\xfe\x00\r\n\r\n\xff\xff"

HELD_BACK = "run ended with the message held back by a fault"


class Afflicted(Protocol):
    """What faults ask of an exchange: ``transports.Exchange``."""

    def impair(self, row: int, impairment: Impairment | None) -> None: ...
    def break_off(self, row: int, why: str) -> None: ...
    def redial(self, row: int, wait: float) -> None: ...
    def identify(self, row: int, identity: Identity) -> None: ...
    def scribble(self, row: int, data: bytes) -> bool: ...


class Faulting:
    """What goes wrong on purpose in one shard; all times are of the run, in s."""

    def __init__(
        self, parts: Parts, *, connect: Callable[[int], None], let_go: Callable[[int], None]
    ) -> None:
        """
        Args:
            connect: Has a mock connect that has power again.
            let_go: Lets a mock go that has none.
        """
        target, count = parts.lot.target, parts.assignment.count
        self._fleet = parts.fleet
        self._exchange: Afflicted = parts.exchange
        self._right, self._expired = parts.identity, parts.identity.expired
        self._connect, self._let_go = connect, let_go
        self._no_packet = NO_PACKET.get(target.protocol, NOTHING_KNOWN)
        self._timeline = Timeline(parts.lot.faults, parts.crowd)
        self._way = Way()
        self._connections = Connections(count)
        self._impaired: dict[int, Impairment] = {}
        self._dead = np.zeros(count, dtype=np.int16)  # how many spells keep it so
        self._kept: dict[int, tuple[str, float]] = {}  # off line with a buffer: of what, until when
        self._returning: set[int] = set()  # not off line any more, but not connected yet

    @property
    def spans(self) -> tuple[Span, ...]:
        """What was in force when, for charts."""
        return self._timeline.spans

    def next_due(self) -> float:
        """When something is to be done next; inf: never."""
        moments = (self._timeline.next_change(), self._way.next_due(), self._connections.next_due())
        return min(moments)

    def pass_on(self, batches: Sequence[Batch], now: float) -> tuple[Sequence[Batch], Lost]:
        """Return what is to be sent of some batches now, and what of them never is."""
        if self._kept:
            batches = [self._told(batch) for batch in batches]
        return (batches, []) if self._way.is_idle else self._way.pass_on(batches, now)

    def pass_to(self, t: float) -> tuple[list[Batch], Lost]:
        """Let begin and end what does up to ``t``; return what was held back till then.

        To be called once the fleet was asked for everything up to ``t``.
        """
        sends, lost = self._way.release(t)
        if self._connections.next_due() <= t:
            self._do(self._connections.pass_to(t))
        for change in self._timeline.pass_to(t):
            if change.begins:
                self._begin(change.spell, change.t)
            else:
                out, gone = self._end(change.spell, change.t)
                sends += out
                lost += gone
        return sends, lost

    def inject(self, fault: Fault, name: str, since: float) -> None:
        """Put a fault in by hand, its ``at`` counted from ``since``.

        Raises:
            DefinitionError: One of this name is in force, or there are too many.
        """
        self._timeline.inject(fault, name, since)

    def clear(self, name: str | None, now: float) -> tuple[list[Batch], Lost]:
        """End a fault that was put in by hand, or all there are; return what was held back."""
        sends: list[Batch] = []
        lost: Lost = []
        for change in self._timeline.clear(name, now):
            out, gone = self._end(change.spell, now)
            sends += out
            lost += gone
        return sends, lost

    def opened(self, row: int) -> None:
        """Take note that a mock has its connection."""
        if row in self._returning:
            self._returning.discard(row)
            self._fleet.tampering.take_buffer([row])

    def identity(self, row: int) -> Identity:
        """Return who a mock says it is on its next connection."""
        identity = self._right(row)
        for spell in self._timeline.active:
            if isinstance(spell.fault, WrongCredential) and spell.mask[row]:
                identity = spoilt(identity, spell.fault.how, partial(self._expired, row))
        return identity

    def stop(self) -> list[Batch]:
        """Have connections end in order; return what is still held back, and never sent."""
        for row, impairment in self._impaired.items():
            if not impairment.is_away:
                self._exchange.impair(row, None)
        return self._way.clear()

    def state(self) -> dict[str, NDArray[Any]]:
        """Return all that goes on elsewhere but what the fleet remembers itself."""
        told = {"timeline": self._timeline.state(), "kept": list(self._kept.items())}
        return {
            "told": objects([told]),
            "returning": np.array(sorted(self._returning), dtype=np.int64),
            **under("way", self._way.state()),
        }

    def restore(self, state: Mapping[str, NDArray[Any]], t: float, *, is_lost: bool) -> None:
        """Go on at ``t`` where ``state`` of the same shard was taken; before anybody connects.

        ``is_lost``: what was held back may have gone out since, and is forgotten.
        """
        told = state["told"][0]
        self._timeline.restore(told["timeline"])
        self._kept = {row: (title, until) for row, (title, until) in told["kept"]}
        self._returning = set(state["returning"].tolist())
        for spell in self._timeline.active:
            self._way.begin(spell)
            self._impair(self._connections.begin(spell))
            if isinstance(spell.fault, DeadBattery):
                self._dead[spell.rows] += 1
        self._impair(self._connections.pass_to(t))
        if not is_lost:
            self._way.restore(part_of(state, "way"))

    def _begin(self, spell: Spell, t: float) -> None:
        self._way.begin(spell)
        self._do(self._connections.begin(spell))
        _BEGIN.get(type(spell.fault), _nothing)(self, spell, spell.fault, t)

    def _end(self, spell: Spell, t: float) -> tuple[list[Batch], Lost]:
        self._do(self._connections.end(spell))
        _END.get(type(spell.fault), _nothing)(self, spell, spell.fault, t)
        return self._way.end(spell, t)

    def _do(self, deeds: Deeds) -> None:
        """Do to connections what is to be done to them."""
        self._impair(deeds)
        exchange = self._exchange
        for cut in deeds.cuts:
            exchange.break_off(cut.row, cut.why)
            if cut.back is not None:
                exchange.redial(cut.row, cut.back)

    def _impair(self, deeds: Deeds) -> None:
        """Let connections be as they are to be, those of mocks that have none yet as well."""
        exchange = self._exchange
        for row, impairment in deeds.states.items():
            if impairment is not None:
                self._impaired[row] = impairment
                exchange.impair(row, impairment)
            elif self._impaired.pop(row, None):
                exchange.impair(row, None)

    def _told(self, batch: Batch) -> Batch:
        """Return a batch whose messages that waited off line say of which fault."""
        if batch.held is None:
            return batch
        none = ("", 0.0)
        kept = [self._kept.get(row, none) for row in batch.rows.tolist()]
        titles = [
            title if scheduled <= until else ""
            for (title, until), scheduled in zip(kept, batch.scheduled.tolist(), strict=True)
        ]
        if not any(titles):
            return batch
        before = batch.faults or [""] * len(batch)
        pairs = zip(before, titles, strict=True)
        return replace(batch, faults=[marked([a], b, 1)[0] if b else a for a, b in pairs])

    # What each kind does to fleet and exchange.

    def _scribble(self, spell: Spell, fault: Malformed, _t: float) -> None:
        data = bytes.fromhex(fault.hex) or self._no_packet
        for row in spell.rows.tolist():
            self._exchange.scribble(row, data)

    def _spoil(self, spell: Spell, fault: WrongCredential, _t: float) -> None:
        for row in spell.rows.tolist():
            self._exchange.identify(row, self.identity(row))
            self._exchange.break_off(row, f"fault: {fault.title}")
            self._exchange.redial(row, 0.0)

    def _mend(self, spell: Spell, _fault: WrongCredential, _t: float) -> None:
        for row in spell.rows.tolist():
            self._exchange.identify(row, self.identity(row))
            self._exchange.redial(row, 0.0)

    def _shift(self, spell: Spell, fault: ClockSkew, _t: float) -> None:
        skew = {"by": fault.by, "drift": fault.drift, "since": spell.begin}
        self._fleet.tampering.shift_clocks(spell.rows, **skew)

    def _set(self, spell: Spell, fault: ClockSkew, _t: float) -> None:
        skew = {"by": fault.by, "drift": fault.drift, "since": spell.begin}
        self._fleet.tampering.set_clocks(spell.rows, **skew)

    def _freeze(self, spell: Spell, fault: Frozen, _t: float) -> None:
        self._fleet.tampering.freeze(fault.metrics, spell.rows)

    def _thaw(self, spell: Spell, fault: Frozen, _t: float) -> None:
        self._fleet.tampering.thaw(fault.metrics, spell.rows)

    def _kill(self, spell: Spell, fault: DeadBattery, t: float) -> None:
        self._dead[spell.rows] += 1
        for row in self._fleet.tampering.cut_power(spell.rows, t):
            self._exchange.break_off(row, f"fault: {fault.title}")
            self._let_go(row)

    def _revive(self, spell: Spell, _fault: DeadBattery, t: float) -> None:
        self._dead[spell.rows] -= 1
        alive = spell.rows[self._dead[spell.rows] == 0]
        for row in self._fleet.tampering.restore_power(alive, t):
            self._connect(row)

    def _lend(self, spell: Spell, fault: Offline, _t: float) -> None:
        self._fleet.tampering.lend_buffer(spell.rows, Buffer(size=fault.size, drop=fault.drop))
        rows = spell.rows.tolist()
        self._kept.update(dict.fromkeys(rows, (fault.title, spell.end)))
        self._returning.difference_update(rows)

    def _take_back(self, spell: Spell, fault: Offline, t: float) -> None:
        rows = spell.rows.tolist()
        self._kept.update(dict.fromkeys(rows, (fault.title, t)))
        self._returning.update(rows)


def _nothing(_faulting: Faulting, _spell: Spell, _fault: Fault, _t: float) -> None:
    """A fault of messages or connections alone."""


_Deed = Callable[[Faulting, Spell, Any, float], None]
_BEGIN: dict[type[Fault], _Deed] = {
    Malformed: Faulting._scribble,
    WrongCredential: Faulting._spoil,
    ClockSkew: Faulting._shift,
    Frozen: Faulting._freeze,
    DeadBattery: Faulting._kill,
    Offline: Faulting._lend,
}
_END: dict[type[Fault], _Deed] = {
    WrongCredential: Faulting._mend,
    ClockSkew: Faulting._set,
    Frozen: Faulting._thaw,
    DeadBattery: Faulting._revive,
    Offline: Faulting._take_back,
}
