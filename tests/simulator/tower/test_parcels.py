"""From batches to parcels: each mock's stand together, in their order."""

import numpy as np

from simulator.fleet import Batch
from simulator.tower.parcels import by_mock


def batch(message: str, *rows: int, **columns: object) -> Batch:
    count = len(rows)
    return Batch(
        message=message,
        qos=1,
        retain=True,
        method=None,
        rows=np.array(rows),
        scheduled=np.arange(count) / 10,
        sequences=np.arange(count) + 5,
        statuses=np.zeros(count, dtype=np.uint8),
        addresses=[f"{message}/{row}" for row in rows],
        payloads=[f"{message} of {row}".encode() for row in rows],
        **columns,  # type: ignore[arg-type]
    )


def test_the_parcels_of_a_mock_stand_together_in_the_order_of_their_batches() -> None:
    batches = [batch("b", 3, 1), batch("a", 1, 2), batch("c", 3, 2, 1)]

    found = {row: [parcel.message for parcel in same] for row, same in by_mock(batches)}

    assert found == {1: ["b", "a", "c"], 2: ["a", "c"], 3: ["b", "c"]}


def test_devices_of_a_gateway_stay_in_their_order() -> None:
    gateway = batch("up", 4, 4, 4, devices=["x", "y", "z"])

    ((row, same),) = by_mock([gateway])

    assert row == 4
    assert [parcel.device for parcel in same] == ["x", "y", "z"]


def test_a_parcel_has_what_its_batch_has_of_it() -> None:
    [(_, (parcel,))] = by_mock([batch("a", 7)])

    assert (parcel.row, parcel.address, parcel.payload) == (7, "a/7", b"a of 7")
    assert (parcel.qos, parcel.retain, parcel.method) == (1, True, "")
    assert (parcel.sequence, parcel.status, parcel.scheduled) == (5, 0, 0.0)
    assert np.isnan(parcel.sent)


def test_nothing_is_no_parcel() -> None:
    assert list(by_mock([])) == []
