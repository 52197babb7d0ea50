"""CSV files are taken whole, or refused by name and place."""

import io
from pathlib import Path

import numpy as np
import pytest

from simulator.datasets import Dataset, read_csv, table
from simulator.datasets import dataset as limits
from simulator.errors import DatasetError

DEMO = Path(__file__).parents[3] / "web/platform/demo"


def read(text: str | bytes) -> Dataset:
    return read_csv("a.csv", text.encode() if isinstance(text, str) else text)


def test_a_real_file_becomes_a_table_of_times_and_numbers() -> None:
    with (DEMO / "seattle-weather-hourly.csv").open("rb") as stream:
        weather = read_csv("weather.csv", stream)

    assert (weather.kind, weather.name, weather.rows) == ("csv", "weather.csv", 8_759)
    assert weather.types == {
        "date": "time",
        "pressure": "number",
        "temperature": "number",
        "wind": "number",
    }
    assert weather.columns["temperature"].dtype == np.float64
    assert weather.times["date"][0] == 1_262_307_600  # 2010-01-01T01:00:00Z
    assert weather.first_lines(1) == [
        ["date", "pressure", "temperature", "wind"],
        ["2010-01-01T01:00:00", "1016.6", "4.0", "3.8"],
    ]


def test_whole_numbers_stay_whole_and_what_would_lose_digits_stays_text() -> None:
    numbers = read("n,big,serial,code\n1,9223372036854775807,007,1_000\n-2,5,008,1_001\n")

    assert numbers.columns["n"].tolist() == [1, -2]
    assert numbers.columns["n"].dtype == np.int64
    assert numbers.columns["big"].tolist() == [9223372036854775807, 5]
    assert numbers.columns["serial"].tolist() == ["007", "008"]
    assert numbers.columns["code"].tolist() == ["1_000", "1_001"]


def test_an_empty_cell_is_no_value() -> None:
    gaps = read("n,door\n1,open\n,\n3,closed\n")

    assert np.array_equal(gaps.columns["n"], [1.0, np.nan, 3.0], equal_nan=True)
    assert gaps.columns["door"].tolist() == ["open", None, "closed"]
    assert gaps.first_lines() == [["n", "door"], ["1", "open"], ["", ""], ["3", "closed"]]


@pytest.mark.parametrize("cell", ["inf", "-Infinity", "1e999"])
def test_a_column_with_an_infinite_number_stays_text(cell: str) -> None:
    assert read(f"a\n1.5\n{cell}\n").columns["a"].tolist() == ["1.5", cell]


@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_cells_may_be_separated_by_comma_semicolon_or_tab(sign: str) -> None:
    text = f'\ufeff"a"{sign} "b c"\r\n1{sign} "x{sign}""y"""\r\n\r\n2{sign}z\r\n'

    both = read(text)

    assert both.columns["a"].tolist() == [1, 2]
    assert both.columns["b c"].tolist() == [f'x{sign}"y"', "z"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be", "cp1252", "latin-1"])
def test_the_encodings_of_spreadsheets_are_read(encoding: str) -> None:
    text = "ort;größe °C;straße\nZürich;21,5;Café\nDüsseldorf;-3;Ärztehaus\n"
    mark = b"\xfe\xff" if encoding == "utf-16-be" else b""

    table = read(mark + text.encode(encoding))

    assert list(table.columns) == ["ort", "größe °C", "straße"]
    assert table.columns["ort"].tolist() == ["Zürich", "Düsseldorf"]
    assert table.columns["größe °C"].tolist() == [21.5, -3]


def test_the_first_lines_show_cells_as_the_file_has_them() -> None:
    shown = read('n;at;t\n007;31.01.2026;1,50\n8;01.02.2026;" x"\n').first_lines(1)

    assert shown == [["n", "at", "t"], ["007", "31.01.2026", "1,50"]]


def test_bars_separate_cells_too() -> None:
    assert read("a|b\n1|2\n").columns["b"].tolist() == [2]


def test_between_semicolons_a_comma_is_a_decimal_point() -> None:
    assert read("a;b\n1,5;x\n-2,25;y\n").columns["a"].tolist() == [1.5, -2.25]


def test_numbers_that_turn_to_text_far_below_lose_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table, "_BLOCK", 2)

    late = read("a,b\n1.50,1\n2.50,2\n3.50,2.5\nnone,4\n")

    assert late.columns["a"].tolist() == ["1.50", "2.50", "3.50", "none"]
    assert late.columns["b"].tolist() == [1.0, 2.0, 2.5, 4.0]


@pytest.mark.parametrize(
    ("column", "first"),
    [
        ("2026-01-31T12:00:00Z\n2026-01-31T12:00:01Z", 1_769_860_800.0),
        ("2026-01-31T13:00:00+01:00\n2026-01-31", 1_769_860_800.0),
        ("2026-01-31 12:00:00.5\n2026-01-31 12:00:01", 1_769_860_800.5),
        ("1769860800\n1769860801", 1_769_860_800.0),
        ("1769860800500\n1769860801000", 1_769_860_800.5),
        ("1769860800.5\n1769860801.25", 1_769_860_800.5),
        ("31.01.2026 12:00\n1.2.2026 12:00:05.5", 1_769_860_800.0),
        ("31-01-2026\n01-02-2026", 1_769_817_600.0),
        ("1/31/2026 12:00:00 PM\n2/1/2026 1:05 am", 1_769_860_800.0),
        ("31/01/2026 12:00\n01/02/2026 12:00", 1_769_860_800.0),
        ("2026/1/31 12:00:00\n2026/2/1", 1_769_860_800.0),
        ("20260131T120000Z\n20260131T120001Z", 1_769_860_800.0),
        ('"Sat, 31 Jan 2026 13:00:00 +0100"\n31 Jan 2026 12:00:05 GMT', 1_769_860_800.0),
    ],
)
def test_iso_and_unix_times_are_known_as_times(column: str, first: float) -> None:
    moments = read(f"at\n{column}\n")

    assert moments.types == {"at": "time"}
    assert moments.seconds("at")[0] == first


@pytest.mark.parametrize(
    "column",
    [
        "1769860801\n1769860800",
        "12\n13",
        "monday\ntuesday",
        "1.5\n2",
        "1/2/2026\n3/4/2026",
        "13/1/2026\n1/13/2026",
        "31.01.2026\n32.01.2026",
        "1/31/2026 13:00 PM\n1/31/2026 1:00 PM",
        "0001-01-01T00:00:00+14:00\n2026-01-31T12:00:00Z",
        "9999-12-31T23:59:59-14:00\n2026-01-31T12:00:00Z",
    ],
)
def test_other_columns_are_not_taken_for_times(column: str) -> None:
    assert read(f"at\n{column}\n").times == {}


def test_numbers_can_be_asked_for_as_seconds_and_text_cannot() -> None:
    mixed = read("s,gap,door\n0,1,open\n1.5,,shut\n")

    assert mixed.seconds("s").tolist() == [0.0, 1.5]
    with pytest.raises(DatasetError, match="column 'gap' is empty in row 2"):
        mixed.seconds("gap")
    with pytest.raises(DatasetError, match="'door' must hold ISO times or numbers, it holds text"):
        mixed.seconds("door")
    with pytest.raises(DatasetError, match="there is no column 'time'"):
        mixed.seconds("time")


@pytest.mark.parametrize(
    ("contents", "text"),
    [
        (b"", "a.csv: the file is empty"),
        (b"\n\n", "must begin with the names of its columns, it is empty"),
        (b"\xef\xbb\xbf", "must begin with the names of its columns, it is empty"),
        (b"a,b\n", "there must be rows below the header, there are none"),
        (b"1,2.5\n3,4\n", "the first row must hold the names of the columns, it holds numbers"),
        (b"a,,c\n1,2,3\n", "column 2 has no name in the header"),
        (b"a,b, a\n1,2,3\n", "each column needs its own name, 'a' is the name of columns 1 and 3"),
        (b"a,b\n1,2\n\n1,2,3\n", r"row 2 \(line 4\) has 3 columns, the header has 2"),
        (b"a,b\n1\n", r"row 1 \(line 2\) has 1 columns, the header has 2"),
        ("a\nx\n温度\n".encode("shift_jis"), r"must be UTF-8, byte 4 \(line 3\) is not; save it"),
        ("a\n日本\n".encode("euc-jp"), r"must be UTF-8, byte 2 \(line 2\) is not"),
        ("a\n日\n".encode("gbk"), r"must be UTF-8, byte 2 \(line 2\) is not"),
        ("a\nТемпература\n".encode("cp1251"), r"must be UTF-8, byte 2 \(line 2\) is not"),
        (b"\xff\xfea\0\n\0\0", "must be UTF-8, or UTF-16 to its end; byte 6 is not"),
        ("a\n\0\n".encode("utf-16"), "the file must be text, line 2 has a zero byte"),
        (b"a,b\n1,\0\n", "the file must be text, line 2 has a zero byte"),
        (b'a,b\n"1"x,2\n', "line 2: ',' expected after '\"'"),
        (b'a,b\n1,"2\n', "line 3: unexpected end of data|line 2: unexpected end of data"),
        (b"a\n" + b"x" * 200_000 + b"\n", "line 2: field larger than field limit"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_by_name_and_place(
    contents: bytes, text: str
) -> None:
    with pytest.raises(DatasetError, match=text):
        read(contents)


def test_a_file_over_a_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(DatasetError, match="a file may have 500 columns, it has 501"):
        read(",".join(f"c{number}" for number in range(501)) + "\n")

    monkeypatch.setattr(table, "MAX_ROWS", 2)
    with pytest.raises(DatasetError, match="a file may have 2 rows, it has more"):
        read("a\n1\n2\n3\n")

    monkeypatch.setattr(limits, "MAX_BYTES", 7)
    with pytest.raises(DatasetError, match="a file may have 7 bytes, it has more"):
        read_csv("a.csv", io.BytesIO(b"a\n1\n2\n3\n"))
