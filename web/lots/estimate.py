"""How much a lot will send, as far as that can be told beforehand.

Rule: pure. Stages, ramps, the lot's orders, and what statuses and curves do to the definitions' own
pace are counted; faults and what the far side does are left out rather than guessed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import simulator

LAYERS = 24  # mocks of a part whose time is worked out; the others are like their neighbours
LEAST_SENDS = 200  # that are looked at of each definition
ENDS = ("stop", "abort")
DIGITS = 3  # of a number of messages that are told

Piece = tuple[float, float, float, float]  # s from and to, mocks at both ends
Speeds = list[tuple[float, float]]  # s, times the definition's pace from then on


@dataclass(frozen=True, slots=True)
class Estimate:
    """All that a lot sends. ``rate`` is messages/s, on the average over the time that it sends."""

    rate: float
    messages: int
    bytes: int  # of payload
    is_whole: bool  # each definition was followed to the end, and not only for a while

    @property
    def about(self) -> int:
        """The messages, in as many digits as can be meant."""
        digits = max(0, len(str(self.messages)) - DIGITS)
        return round(self.messages, -digits)


def estimate(
    lot: simulator.Lot,
    definitions: Sequence[simulator.Definition],
    *,
    epoch: float,
    datasets: Mapping[str, simulator.Dataset] | None = None,
) -> Estimate:
    """Return what a lot's mocks send together; 0.1 to 0.3 s, by what its definitions do.

    Args:
        lot: Its parts, pace and orders.
        definitions: Those of its parts, in their order.
        epoch: Unix time of its start, s: what goes by the time of the day goes by it.
        datasets: By the names in the definitions.

    Raises:
        DatasetError: A dataset is not there, or not what a definition needs.
        DefinitionError: A definition cannot be simulated.
    """
    speeds, end = speeds_of(lot)
    most = max(LEAST_SENDS, simulator.MAX_SENDS // len(definitions))
    lines = [(a, b, low, high) for (a, low), (b, high) in pairwise(lot.presence.lines(end))]
    messages = size = 0.0
    is_whole = True
    for part, definition in enumerate(definitions):
        own = simulator.forecast(
            definition,
            duration=end,
            rate=lot.parts[part].rate,
            start_within=lot.pace.start_within,
            seed=lot.seed,
            epoch=epoch,
            datasets=datasets,
            most=most,
        )
        is_whole &= own.is_whole
        for count, on in _times_on(lot, part, lines, speeds):
            sent, held = own.at(on)
            messages, size = messages + count * sent, size + count * held
    return Estimate(messages / end, round(messages), round(size), is_whole)


def speeds_of(lot: simulator.Lot) -> tuple[Speeds, float]:
    """Return how fast all mocks go from which moment on, and when the lot ends, both s.

    Orders of a rate that name messages are left out: others are sent on as before.
    """
    found, factor, is_paused = [(0.0, 1.0)], 1.0, False
    for order in sorted(lot.orders, key=lambda order: order.at):
        if order.order in ENDS:
            return found, min(order.at, lot.duration) or lot.duration
        if order.order == "rate" and not getattr(order, "messages", ()):
            factor = getattr(order, "factor", 1.0)
        elif order.order in ("pause", "resume"):
            is_paused = order.order == "pause"
        found.append((order.at, 0.0 if is_paused else factor))
    return found, lot.duration


def rate_of(definition: simulator.Definition, override: float | None = None) -> float | None:
    """Return the messages/s of one mock in its first status; None when that depends on events.

    ``override`` stands in place of its own messages; those of devices behind it come on top.
    """
    own = definition.opening_rate if override is None else override
    if own is None or definition.children is None:
        return own
    of_child = rate_of(definition.children.definition)
    return None if of_child is None else own + definition.children.count * of_child


def _times_on(
    lot: simulator.Lot, part: int, lines: Sequence[Piece], speeds: Speeds
) -> Iterator[tuple[float, float]]:
    """Yield how many mocks of a part are on for how long, s at the definition's own pace."""
    own = lot.parts[part]
    added = [(each.first, each.count) for each in lot.additions if each.part == part]
    for first, count in [(own.first, own.count), *added]:
        layers = min(LAYERS, count)
        for layer in range(layers):
            number = first + (layer + 0.5) * count / layers
            yield count / layers, _time_on(number, lines, speeds)


def _time_on(number: float, lines: Sequence[Piece], speeds: Speeds) -> float:
    """Return for how long more than ``number`` mocks are on."""
    total = 0.0
    for begin, end, low, high in lines:
        if min(low, high) >= number:
            total += _weighed(begin, end, speeds)
        elif max(low, high) > number:
            crossing = begin + (end - begin) * (number - low) / (high - low)
            part = (crossing, end) if high > low else (begin, crossing)
            total += _weighed(*part, speeds)
    return total


def _weighed(begin: float, end: float, speeds: Speeds) -> float:
    ends = [*(t for t, _ in speeds[1:]), float("inf")]
    return sum(
        speed * max(0.0, min(end, until) - max(begin, since))
        for (since, speed), until in zip(speeds, ends, strict=True)
    )
