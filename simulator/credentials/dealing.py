"""Which row of a credential table is whose.

Rule: a function of the mocks' numbers and names alone, so that every shard deals the same.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from simulator.credentials.table import CredentialTable
from simulator.definition.model import nearest
from simulator.errors import DefinitionError, Problem
from simulator.lot.deal import Deal
from simulator.randomness import IntArray

MAX_TOLD = 3  # names that one text tells


def dealt_rows(
    deal: Deal, table: CredentialTable, *, numbers: IntArray, fixed: Mapping[str, Any]
) -> IntArray:
    """Return the row of each mock.

    Args:
        numbers: Of the mocks, from 0 through the whole lot.
        fixed: What never changes for a mock: single values, and arrays with one entry a mock.

    Raises:
        DefinitionError: There are too few rows, or a mock's name is in none.
    """
    match deal.by:
        case "order":
            return _in_order(table, numbers)
        case "round_robin":
            return numbers % table.rows
        case "key":
            return _by_key(deal, table, numbers, fixed)


def _in_order(table: CredentialTable, numbers: IntArray) -> IntArray:
    needed = int(numbers.max()) + 1
    if needed > table.rows:
        raise DefinitionError(
            Problem(
                "target.deal",
                f"{table.name} has {table.rows:,} rows, and {needed:,} mocks need one each; add "
                "rows, or deal them round robin",
            )
        )
    return numbers


def _by_key(
    deal: Deal, table: CredentialTable, numbers: IntArray, fixed: Mapping[str, Any]
) -> IntArray:
    if "id" not in table.columns:
        raise DefinitionError(Problem("target.deal", f"{table.name} needs the column id, by key"))
    if deal.match not in fixed:
        known = nearest(deal.match, list(fixed))
        raise DefinitionError(Problem("target.deal.match", f"unknown name {deal.match!r}, {known}"))
    where = {key: row for row, key in enumerate(table.columns["id"])}
    names = np.broadcast_to(np.asarray(fixed[deal.match]), len(numbers)).tolist()
    rows = np.array([where.get(str(name), -1) for name in names], dtype=np.int64)
    missing = [str(names[place]) for place in np.flatnonzero(rows < 0)]
    if missing:
        more = f" and {len(missing) - MAX_TOLD:,} more" if len(missing) > MAX_TOLD else ""
        told = ", ".join(map(repr, missing[:MAX_TOLD]))
        text = f"{table.name} has no row whose id is {told}{more}"
        raise DefinitionError(Problem("target.deal", text))
    return rows
