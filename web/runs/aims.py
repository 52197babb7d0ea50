"""Whom an order is for, in words.

Rule: pure; told the aim as a row keeps it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

MOST_NAMED = 3  # ids, or values of a variable


def whom(aim: Mapping[str, Any], *, mocks: int) -> str:
    """Return whom an aim meets: "10% of mocks 0 to 99 in status idle".

    Args:
        aim: As ``simulator.Order`` keeps it: share (0 to 1), index, ids, where, status, parts.
        mocks: How many the run has.
    """
    if not aim:
        return everybody(mocks)
    rest = "".join(
        (
            f" of {_named(aim['parts'])}" if aim.get("parts") else "",
            f" in status {_named(aim['status'])}" if aim.get("status") else "",
            *(f" where {name} is {_named(values)}" for name, values in _where(aim)),
        )
    )
    return f"{_share(aim)}{_numbered(aim)}{rest}"


def everybody(mocks: int) -> str:
    """Return how all mocks of a run are called."""
    return f"all {mocks:,} mocks" if mocks > 1 else "its mock"


def _share(aim: Mapping[str, Any]) -> str:
    share = aim.get("share", 1.0)
    return f"{100 * share:g}% of " if share < 1 else ""


def _numbered(aim: Mapping[str, Any]) -> str:
    if index := aim.get("index"):
        low, high = index
        numbers = f"mock {low:,}" if low == high else f"mocks {low:,} to {high:,}"
        return f"{numbers} that are {_named(aim['ids'])}" if aim.get("ids") else numbers
    if ids := aim.get("ids"):
        return _named(ids)
    return "the mocks"


def _where(aim: Mapping[str, Any]) -> list[tuple[str, Any]]:
    return list((aim.get("where") or {}).items())


def _named(values: Any) -> str:
    """Return some of the values, and how many more there are."""
    listed: Sequence[Any] = values if isinstance(values, list | tuple) else [values]
    named = ", ".join(str(each) for each in listed[:MOST_NAMED])
    more = len(listed) - MOST_NAMED
    return f"{named} and {more:,} more" if more > 0 else named
