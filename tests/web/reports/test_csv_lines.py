import csv
import io

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import parquet

from tests.web.logs.conftest import parquet_of, record
from web.reports.forms.csv_lines import CsvLines


def rows_of(*records):
    """Return the records as the report has them, read back by Python's own reader."""
    table = parquet.read_table(pa.BufferReader(parquet_of(list(records))))
    [batch] = table.combine_chunks().to_batches()
    form = CsvLines("4f1e")
    text = (form.begin() + form.lines(batch) + form.end()).decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_an_acknowledged_send_is_one_line():
    [row] = rows_of(record(7, 3, at=0.25))

    assert row == {
        "run": "4f1e",
        "mock": "7",
        "id": "f-007",
        "sequence": "3",
        "status": "running",
        "message": "telemetry",
        "address": "fridges/f-007",
        "payload": '{"t": 4.5}',
        "scheduled": "2065-01-15T08:00:00.249000Z",
        "sent": "2065-01-15T08:00:00.250000Z",
        "acknowledged": "2065-01-15T08:00:00.262000Z",
        "latency_ms": "12",
        "result": "acknowledged",
        "reason": "",
        "event": "send",
        "fault": "",
    }


@pytest.mark.parametrize(
    ("result", "reason"), [("failed", "HTTP 503"), ("failed", "no answer"), ("sent", None)]
)
def test_what_was_not_acknowledged_has_no_latency(result, reason):
    [row] = rows_of(record(7, 3, at=0, result=result, reason=reason))

    assert (row["acknowledged"], row["latency_ms"]) == ("", "")
    assert (row["result"], row["reason"]) == (result, reason or "")


@pytest.mark.parametrize("text", ["=1+1", "+cmd", "-a", "@SUM(A1)", "\tx", "\rx", "=", "-5 - 3"])
def test_a_text_that_a_spreadsheet_would_run_is_made_harmless(text):
    [row] = rows_of(record(0, 1, at=0, id=text, payload=text.encode(), reason=text))

    assert row["id"] == row["payload"] == row["reason"] == f"'{text}"


@pytest.mark.parametrize("text", ["-5.2", "+7", "-1e-9", "3", "a=1", "", "'=1"])
def test_numbers_and_other_texts_stay_as_they_are(text):
    [row] = rows_of(record(0, 1, at=0, payload=text.encode()))

    assert row["payload"] == text


@given(
    st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"], include_characters="\t\r\n"))
)
def test_any_payload_of_text_comes_back(text):
    [row] = rows_of(record(0, 1, at=0, payload=text.encode()))

    assert row["payload"].removeprefix("'") == text.removeprefix("'")


def test_bytes_that_are_no_text_are_base64_and_the_others_of_the_batch_stay():
    first, second = rows_of(record(0, 1, at=0, payload=b"\xff\x00"), record(1, 1, at=1))

    assert (first["payload"], second["payload"]) == ("base64:/wA=", '{"t": 4.5}')


def test_a_frame_that_is_utf8_by_chance_is_base64_too():
    [row] = rows_of(record(0, 1, at=0, payload=b"\x01A"))

    assert row["payload"] == "base64:AUE="
