"""The wall: all mocks of a run in a few bytes, from what their shards told last."""

import struct
import zlib
from typing import Any

import numpy as np
import orjson
import pytest

from simulator import Link, Reason, Second, new_board, pack_board
from tests.web.runs.conftest import START
from web.runs.boards import Glance, ShardReport
from web.runs.points import Columns
from web.runs.walls import FAILING, UNTOLD, tag_of, wall_of


def report(first: int = 0, count: int = 4, **changes: Any) -> ShardReport:
    board = new_board(first, count)
    board["link"] = Link.CONNECTED
    board["last"] = START + 2.5
    values: dict[str, Any] = {
        "at": START + 6,
        "mocks": board,
        "statuses": ["running", "broken"],
        "reasons": [],
        "total": Second(at=int(START), due=3, acknowledged=3),
    }
    return ShardReport(**(values | changes))


def glance(whole: ShardReport) -> Glance:
    return Glance.unpack(whole.pack())


def parted(data: bytes) -> tuple[dict[str, Any], dict[str, list[int]]]:
    """Read a packed wall as the page does."""
    assert data[:4] == b"MW1\x00"
    end = 8 + int.from_bytes(data[4:8], "little")
    head = orjson.loads(data[8:end])
    columns = {}
    places = (("lat", "<f4"), ("lon", "<f4")) if head["places"] else ()
    for name, kind in (
        *places,
        ("last", "<u4"),
        ("status", "<u2"),
        ("reason", "<u2"),
        ("link", "u1"),
        ("late", "u1"),
    ):
        columns[name] = np.frombuffer(data, kind, head["mocks"], end).tolist()
        end += head["mocks"] * np.dtype(kind).itemsize
    assert end == len(data)
    return head, columns


def test_a_glance_is_what_the_report_says_of_its_mocks() -> None:
    whole = report(reasons=[Reason("refused", 2, 1)])

    seen = glance(whole)

    assert (seen.at, list(seen.statuses), list(seen.reasons)) == (
        whole.at,
        ["running", "broken"],
        [Reason("refused", 2, 1)],
    )
    assert (seen.mocks == whole.mocks).all()


def test_a_report_survives_its_bytes() -> None:
    point = Second(at=int(START), due=5, sent=1, acknowledged=2, failed=2, bytes=9)
    point.latency.record([0.01, 0.02])
    whole = report(recent=[point], dropped=4, reasons=[Reason("refused", 2, 1)])

    again = ShardReport.unpack(whole.pack())

    assert again.recent == [point]
    assert (again.total, again.dropped, again.reasons) == (whole.total, 4, whole.reasons)
    assert (again.mocks == whole.mocks).all()
    assert again.points.counted().summed(step=1, origin=0) == [
        Second(at=int(START), due=5, sent=1, acknowledged=2, failed=2, bytes=9)
    ]


def test_where_mocks_are_survives_its_bytes() -> None:
    places = np.array([[47.5, 8.5], [-90, 180], [np.nan, np.nan], [0, 0]], np.float32)
    whole = report(places=places)

    assert np.array_equal(ShardReport.unpack(whole.pack()).places, places, equal_nan=True)
    assert np.array_equal(glance(whole).places, places, equal_nan=True)
    assert glance(report()).places is None
    assert len(whole.pack()) == len(report().pack()) + 4 * 8


def test_a_map_is_a_wall_with_the_places_of_mocks() -> None:
    places = np.array([[47.5, 8.5]] * 4, np.float32)
    parts = [glance(report(4, places=places)), glance(report(0))]

    wall = wall_of(parts, mocks=10, zero=int(START), has_places=True)
    columns = parted(wall.pack())[1]

    assert np.isnan(columns["lat"]).tolist() == [True] * 4 + [False] * 4 + [True] * 2
    assert (columns["lat"][4], columns["lon"][7]) == (47.5, 8.5)
    assert columns["link"] == [Link.CONNECTED] * 8 + [UNTOLD] * 2
    assert not parted(wall_of(parts, mocks=10, zero=int(START)).pack())[0]["places"]


def of_a_version_before(whole: ShardReport) -> bytes:
    """Return a report as the second version packed it."""
    glance = {"at": whole.at, "statuses": whole.statuses, "reasons": [["refused", 2, 1]]}
    sums = {"total": whole.total.to_dict(), "dropped": 1, "limited": None, "faults": []}
    parts = [orjson.dumps(glance), pack_board(whole.mocks), orjson.dumps(sums)]
    lengths = struct.pack(">2sIII", b"R2", *map(len, parts))
    return zlib.compress(b"".join((lengths, *parts, Columns.of([whole.total]).body())))


def test_a_report_of_the_version_before_is_still_read() -> None:
    whole = report(reasons=[Reason("refused", 2, 1)])

    seen = ShardReport.unpack(of_a_version_before(whole))

    assert (seen.total, seen.recent, seen.dropped) == (whole.total, [whole.total], 1)
    assert seen.reasons == whole.reasons
    assert (Glance.unpack(of_a_version_before(whole)).mocks == whole.mocks).all()


def test_a_report_of_before_is_still_read() -> None:
    whole = report(reasons=[Reason("refused", 2, 1)])
    head = {"at": whole.at, "statuses": whole.statuses, "reasons": [["refused", 2, 1]]}
    sums = {"total": whole.total.to_dict(), "recent": [whole.total.to_dict()], "dropped": 1}
    packed = orjson.dumps(head | sums)
    data = zlib.compress(len(packed).to_bytes(4, "big") + packed + pack_board(whole.mocks))

    seen = ShardReport.unpack(data)

    assert (seen.total, seen.recent, seen.dropped) == (whole.total, [whole.total], 1)
    assert (Glance.unpack(data).mocks == whole.mocks).all()


def test_bytes_that_are_no_report_are_refused() -> None:
    with pytest.raises(ValueError, match="not a shard's report"):
        Glance.unpack(b"nothing of the kind")


def test_a_wall_puts_each_mock_at_its_number_whatever_the_order_of_shards() -> None:
    parts = [glance(report(4, 2)), glance(report(0, 4))]

    wall = wall_of(parts, mocks=8, zero=int(START))
    _, columns = parted(wall.pack())

    assert columns["link"] == [Link.CONNECTED] * 6 + [UNTOLD] * 2
    assert columns["last"] == [25] * 6 + [0] * 2


def test_statuses_and_reasons_mean_the_same_over_all_shards() -> None:
    one, other = report(0, 2), report(2, 2, statuses=["idle", "running"])
    one.mocks["status"], other.mocks["status"] = [0, 1], [0, 1]
    one.mocks["reason"], other.mocks["reason"] = [0, 1], [2, 1]
    one = report(0, 2, mocks=one.mocks, reasons=[Reason("refused", 2, 1)])
    reasons = [Reason("timeout", 4, 0), Reason("refused", 1, 1)]
    other = report(2, 2, mocks=other.mocks, statuses=other.statuses, reasons=reasons)

    head, columns = parted(wall_of(map(glance, (one, other)), mocks=4, zero=0).pack())

    assert [head["statuses"][code] for code in columns["status"]] == [
        "running",
        "broken",
        "idle",
        "running",
    ]
    assert head["reasons"] == [["refused", 3, 2], ["timeout", 4, 0]]
    assert columns["reason"] == [0, 1, 1, 2]


def test_failing_is_told_with_the_link_and_lateness_in_bands() -> None:
    whole = report()
    whole.mocks["failing"][1] = 1
    whole.mocks["late"] = [0, 7, 10, 65_535]

    _, columns = parted(wall_of([glance(whole)], mocks=4, zero=int(START)).pack())

    assert columns["link"] == [2, 2 + FAILING, 2, 2]
    assert columns["late"] == [0, 1, 1, 5]


def test_a_mock_that_never_sent_has_no_last_send() -> None:
    whole = report()
    whole.mocks["last"] = [0, START, START + 0.04, START + 1]

    _, columns = parted(wall_of([glance(whole)], mocks=4, zero=int(START)).pack())

    assert columns["last"] == [0, 1, 1, 10]


def test_a_tag_changes_with_any_part_and_with_the_state() -> None:
    parts = [report().pack(), report(4).pack()]

    tags = {tag_of(parts, "running"), tag_of(parts, "finished"), tag_of(parts[:1], "running")}

    assert len(tags) == 3
    assert tag_of(parts, "running") in tags
