"""What the log keeps of payloads, read back from the chunk; and how much may wait."""

import io
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pyarrow.parquet as pq
import pytest

from simulator.lot.records import Records
from simulator.recording import Kind, Roster, spool
from simulator.recording.chunks import build_chunk
from simulator.recording.spool import Spool
from simulator.recording.storing import OneByOne
from tests.simulator.recording.making import ROSTER, Store, block, event, sent, unsent

PAYLOAD = b'{"t":1}'


def rows(*entries: Any, seed: int = 1, **records: Any) -> list[dict[str, Any]]:
    roster = replace(ROSTER, records=Records.model_validate(records), seed=seed)
    chunk = build_chunk("s", 0, [block(*entries)], roster)
    return pq.read_table(io.BytesIO(chunk.data)).to_pylist()


def test_records_survive_json() -> None:
    records = Records.model_validate({"payload": "sampled", "share": "5%"})

    assert Records.model_validate_json(records.model_dump_json()) == records


def test_a_truncated_payload_keeps_its_first_bytes_and_its_size() -> None:
    [row] = rows(sent(), payload="truncated", limit=3)

    assert (row["payload"], row["size"], row["digest"]) == (PAYLOAD[:3], 7, None)


def test_a_hashed_payload_leaves_its_digest() -> None:
    [row] = rows(sent(), payload="hashed")

    assert (row["payload"], row["size"]) == (None, 7)
    assert row["digest"] == sha256(PAYLOAD).digest()


def test_what_is_no_send_has_no_payload_however_it_is_kept() -> None:
    for payload in ("whole", "truncated", "hashed", "sampled"):
        [row] = rows(event(Kind.CONNECT), payload=payload)

        assert (row["payload"], row["size"], row["digest"]) == (None, None, None)


def test_a_sample_keeps_a_share_and_every_failure() -> None:
    good = [sent(row % 3, sequence=number, t=number) for number in range(300) for row in (0, 1, 2)]

    found = rows(*good, unsent(1), payload="sampled", share="10%")

    failed = [row for row in found if row["result"] == "failed"]
    kept = [row for row in found if row["payload"] is not None]
    assert [row["payload"] for row in failed] == [b"{}"]
    assert len(kept) - 1 == pytest.approx(90, abs=30)
    assert all(row["size"] for row in found)


def test_the_sample_is_the_same_however_records_are_cut_into_chunks() -> None:
    def drawn(entries: list[Any], seed: int) -> set[tuple[int, int]]:
        found = rows(*entries, seed=seed, payload="sampled", share="20%")
        return {(row["mock"], row["sequence"]) for row in found if row["payload"]}

    entries = [sent(row, sequence=number) for number in range(50) for row in (0, 1, 2)]

    whole = drawn(entries, 1)

    assert whole == drawn(entries[:70], 1) | drawn(entries[70:], 1)
    assert whole != drawn(entries, 2)


def test_big_payloads_wait_in_bounded_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spool, "MAX_WAITING_PAYLOAD", 20)
    store = Store()
    made = Spool(OneByOne(store.write))
    log = made.open("s", Roster(0, ["a"], ("x",)))

    taken = [made.put(log, block(sent()), now=0.0) for _ in range(4)]

    assert taken == [True, True, False, False]
    assert log.dropped == 2
    log.is_finished = True
    made.step(0.0)
    assert log.waiting_payload == 0
    assert made.put(log, block(sent()), now=0.0)


def test_a_chunk_is_closed_when_its_payloads_are_many_bytes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(spool, "FLUSH_BYTES", 14)
    store = Store()
    made = Spool(OneByOne(store.write))
    log = made.open("s", Roster(0, ["a"], ("x",)))
    for _ in range(5):
        made.put(log, block(sent()), now=0.0)

    made.step(0.0)

    assert [chunk.rows for chunk in store.chunks] == [2, 2]
