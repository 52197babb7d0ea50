"""What the wall and the map of a run show, fetched and packed: its mocks' state, and their ids.

Rule: asked once a second by everybody who watches, so nothing here reads more than it sends.
"""

import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID, uuid4

from simulator import Link
from web.runs import live, walls
from web.runs.boards import Glance
from web.runs.mocks import LINKS
from web.runs.models import Board, Run
from web.runs.orders import names_in

POLL = 1  # s between two looks at a live run; towers tell once a second


@dataclass(frozen=True, slots=True)
class Answer:
    """Bytes for a browser, with gzip, and the tag that says whether it has them already."""

    tag: str
    data: bytes  # empty where the browser has it


@dataclass(frozen=True, slots=True)
class Control:
    """What can be ordered of mocks that somebody selects: statuses to force, messages to send."""

    statuses: list[str]
    messages: list[str]
    codes: tuple[UUID, UUID]  # one a form


def control_of(run: Run) -> Control | None:
    """Return what can be ordered; None of a run that is over. One that begins soon may be running
    by the time that somebody selects a mock."""
    if not run.is_live:
        return None
    statuses, messages = names_in(run, "statuses"), names_in(run, "messages")
    return Control(statuses, messages, (uuid4(), uuid4()))


def wall_answer(run: Run, *, known: str, has_places: bool = False) -> Answer:
    """Return the wall as it is now.

    Args:
        run: Which run.
        known: The ETag of what the browser has; the answer is empty when that is still so.
        has_places: Whether it is for a map, which shows where mocks are.
    """
    packed = live.packed_of(run)
    parts = [packed[shard] for shard in sorted(packed)]
    zero = int(run.started_at.timestamp()) if run.started_at else 0
    tag = walls.tag_of(parts, zero, run.mocks, run.state)
    if tag == known:
        return Answer(tag, b"")
    glances = map(Glance.unpack, parts)
    wall = walls.wall_of(glances, mocks=run.mocks, zero=zero, has_places=has_places)
    links = [LINKS[link] for link in Link]
    data = wall.pack(is_live=run.is_live, state=run.get_state_display(), links=links)
    return Answer(tag, walls.zipped(data))


def ids_answer(run: Run, *, known: str) -> Answer:
    """Return the mocks' ids, a line each in order of number; empty ones are not told yet."""
    rows = Board.objects.filter(shard__run=run).values_list("shard__first", "identities")
    told = [(first, bytes(packed)) for first, packed in rows.order_by("shard__first") if packed]
    tag = walls.tag_of((packed for _, packed in told), run.mocks)
    if tag == known:
        return Answer(tag, b"")
    return Answer(tag, walls.zipped("\n".join(ids_of(told, mocks=run.mocks)).encode()))


def ids_of(told: Iterable[tuple[int, bytes]], *, mocks: int) -> list[str]:
    """Return the ids by number, from each shard's first number and its ids as it stored them."""
    names = [""] * mocks
    for first, packed in told:
        ids = zlib.decompress(packed).decode().split("\n")
        names[first : first + len(ids)] = ids
    return names
