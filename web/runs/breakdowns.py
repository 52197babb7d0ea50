"""What a run did by message and by status: tables of its whole, and columns for its charts.

Rule: pure. At most ``MOST_SHOWN`` names are told apart; what the others did is one line of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from simulator import FIGURES, OTHERS, Breakdown, Second

MOST_SHOWN = 8  # names with a colour of their own, as a wall has

_SENDS = tuple(FIGURES.index(name) for name in ("sent", "acknowledged", "failed"))
_PRESENT = FIGURES.index("present")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What was counted of one name in the whole run."""

    name: str  # empty: of all others
    mocks: int  # that are in this status; of a message 0
    sent: int
    acknowledged: int
    failed: int
    bytes: int

    @property
    def delivered(self) -> int:
        """Sends that went well, with or without an acknowledgement."""
        return self.sent + self.acknowledged

    @property
    def share(self) -> float:
        """How much of what was sent failed, in percent; 0 where nothing was sent."""
        return 100 * self.failed / max(1, self.delivered + self.failed)


@dataclass(frozen=True, slots=True)
class Shown:
    """The names that a chart tells apart, with each one's place among all, for its colour."""

    names: list[str]
    places: list[int]
    has_others: bool  # whether any other counted anything


def message_rows(total: Second) -> list[Row]:
    """Return what each message did, in the definition's order, the others last."""
    return [_row(total.messages, name) for name in _ordered(total.messages)]


def status_rows(total: Second, mocks: Sequence[tuple[str, int]]) -> list[Row]:
    """Return what was done in each status, those with most mocks first, then those left.

    ``mocks``: how many are in each status now, most first.
    """
    now = dict(mocks)
    left = [name for name in _ordered(total.statuses) if name not in now]
    return [_row(total.statuses, name, mocks=now.get(name, 0)) for name in (*now, *left)]


def shown(breakdown: Breakdown, *, order: Sequence[str] = ()) -> Shown:
    """Return the names that a chart shows: those that count most, in the definition's order.

    ``order``: all names in the order that gives them their colours; if empty, those that counted.
    """
    weights = breakdown.counts[:, [*_SENDS, _PRESENT]].sum(axis=1)
    own = [place for place, name in enumerate(breakdown.names) if name != OTHERS and weights[place]]
    own = sorted(sorted(own, key=lambda place: -weights[place])[:MOST_SHOWN])
    names = [breakdown.names[place] for place in own]
    known = [name for name in (*order, *breakdown.names) if name != OTHERS]
    colours = {name: place for place, name in enumerate(dict.fromkeys(known))}
    return Shown(
        names,
        [colours[name] for name in names],
        has_others=bool(weights[own].sum() < weights.sum()),
    )


def columns(
    points: Sequence[Second],
    total: Second,
    *,
    step: int,
    end: float,
    statuses: Sequence[str] = (),
) -> dict[str, Any]:
    """Return the columns of the two charts, oldest first.

    Args:
        points: As the other charts have them.
        total: Of the run, which decides the names.
        step: How long a point is, s.
        end: Unix s at which the run ended; inf while it goes on.
        statuses: All there are, in the order in which a wall gives them colours.

    Returns:
        ``messages`` with ``names``, ``places`` (of their colours) and ``rate`` (delivered
        messages/s), ``statuses`` with ``names``, ``places`` and ``mocks`` (in it, on average):
        a list a name. A last name that is empty stands for all others.
    """
    lengths = np.array([min(step, max(1.0, end - point.at)) for point in points])
    sent, been = shown(total.messages), shown(total.statuses, order=statuses)
    rates = _told([point.messages for point in points], sent.names, _SENDS[:2])
    mocks = _told([point.statuses for point in points], been.names, (_PRESENT,))
    return {
        "messages": _chart(sent, "rate", rates / lengths[:, None]),
        "statuses": _chart(been, "mocks", mocks / lengths[:, None]),
    }


def _chart(kept: Shown, figure: str, table: Any) -> dict[str, Any]:
    """Return a chart's columns; the others are the last one, where there are any."""
    names, places = kept.names, kept.places
    if kept.has_others:
        names, places = [*names, OTHERS], [*places, -1]
    columns = np.round(table[:, : len(names)].T, 3).tolist()
    return {"names": names, "places": places, figure: columns}


def _told(parts: Sequence[Breakdown], names: Sequence[str], figures: Sequence[int]) -> Any:
    """Return a row a part: the sum of ``figures`` of each name, then that of all others."""
    places = {name: place for place, name in enumerate(names)}
    table = np.zeros((len(parts), len(names) + 1))
    known: dict[tuple[str, ...], Any] = {}
    for row, part in zip(table, parts, strict=True):
        if part.names not in known:
            known[part.names] = [places.get(name, len(names)) for name in part.names]
        np.add.at(row, known[part.names], part.counts[:, list(figures)].sum(axis=1))
    return table


def _ordered(breakdown: Breakdown) -> list[str]:
    """Return the names that counted sends; the others last."""
    sends = np.flatnonzero(breakdown.counts[:, list(_SENDS)].any(axis=1))
    names = [breakdown.names[place] for place in sends.tolist()]
    return sorted(names, key=lambda name: name == OTHERS)


def _row(breakdown: Breakdown, name: str, *, mocks: int = 0) -> Row:
    counted = breakdown.of(name)
    del counted["present"]
    return Row(name=name, mocks=mocks, **counted)
