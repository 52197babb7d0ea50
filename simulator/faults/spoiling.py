"""Faults of what messages say: cut short, flipped, of another schema, too long, to another address.

Rule: the message stays what it was but for its payload or address; when it goes out is not touched.
"""

import numpy as np

from simulator.faults.load import Load
from simulator.faults.schema import misshapen
from simulator.faults.stage import Passed, Stage
from simulator.faults.timeline import Spell
from simulator.lot.faults import Corrupt, Oversize, Truncate, WrongSchema, WrongTopic

# Bytes that are added to messages of one batch at most: a thousand mocks that are aimed at with
# 4 MB each would otherwise take 4 GB at once. What is past it keeps its size.
MAX_ADDED = 64_000_000


class Truncating(Stage):
    def __init__(self, spell: Spell, fault: Truncate) -> None:
        super().__init__(spell)
        self._keep = fault.keep

    def meet(self, load: Load, passed: Passed) -> None:
        shares = self.uniform(load, "length")
        if self._keep is not None:
            shares[:] = self._keep
        pairs = zip(load.batch.payloads, shares.tolist(), strict=True)
        cut = [each[: min(int(len(each) * share), max(0, len(each) - 1))] for each, share in pairs]
        passed.loads.append(load.changed(self.title, payloads=cut))


class Corrupting(Stage):
    def __init__(self, spell: Spell, fault: Corrupt) -> None:
        super().__init__(spell)
        self._flips = fault.flips
        self._bits = 8 if fault.unit == "bits" else 1  # flippable units of a byte

    def meet(self, load: Load, passed: Passed) -> None:
        payloads = [self._flipped(load, place) for place in range(len(load))]
        passed.loads.append(load.changed(self.title, payloads=payloads))

    def _flipped(self, load: Load, place: int) -> bytes:
        payload = bytearray(load.batch.payloads[place])
        draws = self.some(load, "places", place, self._flips)
        for at in np.unique((draws * (len(payload) * self._bits)).astype(np.int64)).tolist():
            if payload:
                payload[at // self._bits] ^= 0xFF if self._bits == 1 else 1 << at % 8
        return bytes(payload)


class Misshaping(Stage):
    def __init__(self, spell: Spell, fault: WrongSchema) -> None:
        super().__init__(spell)
        self._fault = fault

    def meet(self, load: Load, passed: Passed) -> None:
        fault, payloads = self._fault, load.batch.payloads
        draws = self.draws(load, "change")
        other = [
            misshapen(payload, fault.change, fault.field, draw)
            for payload, draw in zip(payloads, draws, strict=True)
        ]
        has = np.array([each is not None for each in other])
        if not has.all():
            passed.loads.append(load.only(~has))
        if has.any():
            changed = [each for each in other if each is not None]
            passed.loads.append(load.only(has).changed(self.title, payloads=changed))


class Filling(Stage):
    def __init__(self, spell: Spell, fault: Oversize) -> None:
        super().__init__(spell)
        self._size = fault.size

    def meet(self, load: Load, passed: Passed) -> None:
        added = np.cumsum([max(0, self._size - len(each)) for each in load.batch.payloads])
        fits = added <= MAX_ADDED
        if not fits.all():
            passed.loads.append(load.only(~fits))
        load = load.only(fits)
        payloads = [each.ljust(self._size) for each in load.batch.payloads]
        passed.loads.append(load.changed(self.title, payloads=payloads))


class Misdirecting(Stage):
    def __init__(self, spell: Spell, fault: WrongTopic) -> None:
        super().__init__(spell)
        self._address = fault.address

    def meet(self, load: Load, passed: Passed) -> None:
        addresses = [self._other(each) for each in load.batch.addresses]
        passed.loads.append(load.changed(self.title, addresses=addresses))

    def _other(self, address: str) -> str:
        """Return another address; that of a path begins with a slash again."""
        slash = "/" if address.startswith("/") else ""
        other = self._address.replace("{address}", address.removeprefix("/"))
        return slash + other.removeprefix(slash) if slash else other
