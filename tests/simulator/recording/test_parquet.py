"""Files that are written without pyarrow, read back by pyarrow."""

import io
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from simulator.recording.layout import ARROW_SCHEMA
from simulator.recording.parquet import Blobs, Column, Numbers, ParquetFile, Part, Type, Words
from simulator.recording.schema import arrow_text

RNG = np.random.default_rng(1)
WIDEST = {np.int32: 2**31 - 1, np.int64: 2**63 - 1}


def read(kind: Type, *parts: Part) -> tuple[list[Any], pq.FileMetaData]:
    """Write a file with one column, a row group for each of ``parts``; return what is read back."""
    file = ParquetFile([Column("c", kind)], metadata={"what": "a test"})
    for part in parts:
        file.add({"c": part}, len(part.valid))
    found = pq.ParquetFile(io.BytesIO(file.finish()))
    return found.read()["c"].to_pylist(), found.metadata


def gaps(count: int, share: float) -> np.ndarray:
    return RNG.random(count) < share


def with_gaps(values: Any, valid: np.ndarray) -> list[Any]:
    return [value if there else None for value, there in zip(values, valid, strict=True)]


@pytest.mark.parametrize("count", [1, 2, 7, 256, 257, 4_097, 9_000])
@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_numbers_come_back_with_their_gaps(count: int, share: float) -> None:
    for kind, dtype in ((Type.INT32, np.int32), (Type.INT64, np.int64)):
        values = RNG.integers(-WIDEST[dtype], WIDEST[dtype], count, dtype=dtype)
        valid = gaps(count, share)

        found, _ = read(kind, Numbers(values, valid))

        assert found == with_gaps(values.tolist(), valid)


def test_numbers_that_are_all_the_same_or_rise_evenly_take_next_to_nothing() -> None:
    every = np.ones(4_096, dtype=bool)
    same = Numbers(np.full(4_096, 7), every)
    rising = Numbers(np.arange(4_096), every)

    found, metadata = read(Type.INT64, same, rising)

    assert found == [7] * 4_096 + list(range(4_096))
    assert [metadata.row_group(at).column(0).total_compressed_size < 100 for at in (0, 1)]


def test_times_are_microseconds_in_utc() -> None:
    moments = np.array([1_700_000_000_000_001, 1_700_000_000_000_000])
    file = ParquetFile([Column("c", Type.TIME)], metadata={"what": "a test"})
    file.add({"c": Numbers(moments, np.ones(2, dtype=bool))}, 2)

    column = pq.read_table(io.BytesIO(file.finish()))["c"]

    assert column.type == pa.timestamp("us", tz="UTC")
    assert column.cast(pa.int64()).to_pylist() == moments.tolist()


@pytest.mark.parametrize("names", [1, 2, 256, 257, 70_000])
def test_words_come_back_with_their_gaps(names: int) -> None:
    texts = [f"wörd-{place}" for place in range(names)]
    codes = RNG.integers(0, names, 3_001).astype(np.int32)
    codes[0] = names - 1
    valid = gaps(3_001, 0.9)

    found, _ = read(Type.TEXT, Words(codes, texts, valid))

    assert found == with_gaps([texts[code] for code in codes], valid)


def test_words_and_bytes_may_all_be_missing() -> None:
    none = np.zeros(5, dtype=bool)

    assert read(Type.TEXT, Words(np.zeros(5, dtype=np.int32), [""], none))[0] == [None] * 5
    assert read(Type.BINARY, Blobs([b"x"] * 5, none))[0] == [None] * 5


@pytest.mark.parametrize("share", [0.5, 1.0])
def test_bytes_come_back_with_their_gaps(share: float) -> None:
    values = [RNG.bytes(int(size)) for size in RNG.integers(0, 300, 1_000)]
    valid = gaps(1_000, share)

    found, _ = read(Type.BINARY, Blobs(values, valid))

    assert found == with_gaps(values, valid)


def test_the_bounds_of_numbers_and_their_gaps_are_told() -> None:
    valid = np.array([True, False, True])

    _, metadata = read(Type.INT32, Numbers(np.array([5, 99, -3], dtype=np.int32), valid))

    bounds = metadata.row_group(0).column(0).statistics
    assert (bounds.min, bounds.max, bounds.null_count) == (-3, 5, 1)


def test_row_groups_keep_their_order_and_what_the_file_says_of_itself() -> None:
    groups = [Numbers(np.array([place]), np.array([True])) for place in range(20)]

    found, metadata = read(Type.INT64, *groups)

    assert found == list(range(20))
    assert metadata.num_row_groups == 20
    assert metadata.metadata == {b"what": b"a test"}


def test_the_arrow_schema_of_the_log_is_that_of_its_columns() -> None:
    assert arrow_text() == ARROW_SCHEMA
