"""The table of a run's mocks: filtered, searched and sorted in columns; a page of it as rows.

Rule: pure, over the arrays of a ``RunBoard``.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator import Link
from web.runs.boards import RunBoard

PAGE = 50
IdsOf = Callable[[NDArray[np.integer[Any]]], list[str]]
MOST_SEARCH = 200  # characters
SHOWN: dict[str, Callable[[RunBoard], NDArray[np.bool_]]] = {
    "connected": lambda board: board.mocks["link"] == Link.CONNECTED,
    "offline": lambda board: board.mocks["link"] != Link.CONNECTED,
    "failing": lambda board: board.mocks["failing"] != 0,
    "failed": lambda board: board.reason > 0,
}
LINKS = {
    Link.OFF: "off",
    Link.CONNECTING: "connecting",
    Link.CONNECTED: "connected",
    Link.WAITING: "waiting to reconnect",
    Link.ENDED: "ended",
}


def delivered(board: RunBoard) -> NDArray[np.int64]:
    """Return how many sends of each mock went well."""
    both = board.mocks["sent"].astype(np.int64) + board.mocks["acknowledged"]
    return np.asarray(both, dtype=np.int64)


ORDERS: dict[str, Callable[[RunBoard], NDArray[Any]]] = {
    "number": lambda board: board.mocks["number"],
    "status": lambda board: np.asarray([*board.statuses, ""], dtype=object)[board.status],
    "delivered": delivered,
    "failed": lambda board: board.mocks["failed"],
    "last": lambda board: board.mocks["last"],
}


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What somebody wants to see of the table; unknown words count as not said."""

    status: str = ""
    reason: str = ""
    show: str = ""  # a key of SHOWN
    search: str = ""
    order: str = "number"  # a key of ORDERS, with - before it for the other way
    page: int = 1
    faults: int = 1  # the page of the faults, which stand above the table

    @classmethod
    def read(cls, query: Mapping[str, str]) -> "Wish":
        """Return the wish that a query string says."""
        order = query.get("order", "")
        return cls(
            status=query.get("status", ""),
            reason=query.get("reason", ""),
            show=query.get("show", "") if query.get("show") in SHOWN else "",
            search=query.get("search", "").strip()[:MOST_SEARCH],
            order=order if order.removeprefix("-") in ORDERS else "number",
            page=_page(query.get("page", "")),
            faults=_page(query.get("faults", "")),
        )

    @property
    def is_filter(self) -> bool:
        """Whether it leaves any mock out."""
        return bool(self.status or self.reason or self.show or self.search)


@dataclass(frozen=True, slots=True)
class MockRow:
    """One mock of the table."""

    number: int
    id: str
    status: str
    link: str
    is_connected: bool
    is_failing: bool
    delivered: int
    failed: int
    last: datetime | None  # its last send
    reason: str  # of its last failure


@dataclass(frozen=True)
class MockTable:
    """A page of the table, in the shape that components/pagination.html takes."""

    rows: list[MockRow]
    count: int  # mocks that the wish leaves
    number: int  # of the page, from 1
    wish: Wish

    @property
    def num_pages(self) -> int:
        return max(1, -(-self.count // PAGE))

    @property
    def paginator(self) -> "MockTable":
        return self

    @property
    def has_other_pages(self) -> bool:
        return self.num_pages > 1

    @property
    def has_previous(self) -> bool:
        return self.number > 1

    @property
    def has_next(self) -> bool:
        return self.number < self.num_pages

    @property
    def previous_page_number(self) -> int:
        return self.number - 1

    @property
    def next_page_number(self) -> int:
        return self.number + 1


def mock_table(board: RunBoard, ids_of: IdsOf, wish: Wish) -> MockTable:
    """Return the page that ``wish`` asks for, the last one when it asks beyond.

    Args:
        board: All mocks.
        ids_of: Gives the ids of mocks by their numbers, in the same order; an empty one where it is
            not known yet. Asked for all only where one is searched.
        wish: What to leave, in which order, which page.
    """
    chosen = np.flatnonzero(_kept(board, ids_of, wish))
    ordered = _ordered(chosen, board, wish.order)
    number = min(max(1, wish.page), max(1, -(-len(ordered) // PAGE)))
    shown = ordered[(number - 1) * PAGE : number * PAGE]
    ids = ids_of(board.mocks["number"][shown])
    rows = [_row(board, name, place) for name, place in zip(ids, shown.tolist(), strict=True)]
    return MockTable(rows, len(ordered), number, wish)


def mock_row(board: RunBoard, ids_of: IdsOf, number: int) -> MockRow | None:
    """Return the row of one mock; None while no tower has told of it."""
    places = np.flatnonzero(board.mocks["number"] == number)[:1]
    names = ids_of(board.mocks["number"][places])
    return _row(board, names[0], int(places[0])) if len(places) else None


def _page(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 9 else 1


def _kept(board: RunBoard, ids_of: IdsOf, wish: Wish) -> NDArray[np.bool_]:
    keep = np.ones(len(board.mocks), dtype=bool)
    if wish.status:
        keep &= board.status == _code(board.statuses, wish.status)
    if wish.reason:
        keep &= board.reason == _code([r.text for r in board.reasons], wish.reason) + 1
    if wish.show:
        keep &= SHOWN[wish.show](board)
    if wish.search:
        keep &= _found(board, ids_of(board.mocks["number"]), wish.search)
    return keep


def _code(names: Sequence[str], name: str) -> int:
    """Return the code of a name; one that nothing has when there is none."""
    return names.index(name) if name in names else np.iinfo(np.int32).max - 1


def _found(board: RunBoard, ids: Sequence[str], search: str) -> NDArray[np.bool_]:
    needle = search.casefold()
    lowered = "\n".join(ids).casefold().split("\n") if len(ids) else []  # once, for 50,000 calls
    found = np.fromiter((needle in each for each in lowered), bool, count=len(ids))
    if search.isdecimal() and len(search) < 9:
        found |= board.mocks["number"] == int(search)
    return found


def _ordered(chosen: NDArray[np.intp], board: RunBoard, order: str) -> NDArray[np.intp]:
    column = ORDERS[order.removeprefix("-")](board)[chosen]
    places = np.argsort(column, kind="stable")
    if order.startswith("-"):  # the other way, but still by number among equals
        places = len(column) - 1 - np.argsort(column[::-1], kind="stable")[::-1]
    return chosen[places]


def _row(board: RunBoard, name: str, place: int) -> MockRow:
    mock = board.mocks[place]
    reason = int(board.reason[place])
    last = float(mock["last"])
    return MockRow(
        number=int(mock["number"]),
        id=name,
        status=board.statuses[board.status[place]] if board.statuses else "",
        link=LINKS[Link(int(mock["link"]))],
        is_connected=bool(mock["link"] == Link.CONNECTED),
        is_failing=bool(mock["failing"]),
        delivered=int(mock["sent"]) + int(mock["acknowledged"]),
        failed=int(mock["failed"]),
        last=datetime.fromtimestamp(last, UTC) if last else None,
        reason=board.reasons[reason - 1].text if reason else "",
    )
