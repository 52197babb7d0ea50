"""Whatever is uploaded as a credential table: a table, or problems; never an error of ours."""

import zipfile

from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.credentials import check_credentials
from simulator.credentials.checking import MAX_PROBLEMS, CheckedTable
from tests.simulator.credentials.files import NOW, archive, certificate_pem, curve_key, key_pem

CELLS = st.one_of(
    st.text(max_size=8),
    st.sampled_from(["a.pem", "a.key", "../a.pem", "-----BEGIN CERTIFICATE-----", "", "\0", '"']),
)
HEADERS = st.sampled_from(
    ["id", "client_id", "Client ID", "username", "password", "certificate", "key", "site", "ü", ""]
)
GOOD = archive(
    {
        "t.csv": "id,certificate,key\na,a.pem,a.key\nb,a.pem,a.key\n",
        "a.pem": certificate_pem(curve_key()),
        "a.key": key_pem(curve_key()),
    },
    method=zipfile.ZIP_DEFLATED,
)


def is_told(checked: CheckedTable) -> bool:
    """Whether there is a table, or at least one problem with a place and a text."""
    if checked.table is not None:
        return not checked.problems and checked.table.rows > 0
    return 0 < len(checked.problems) <= MAX_PROBLEMS and all(each.text for each in checked.problems)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_a_table_or_are_refused(data: bytes) -> None:
    assert is_told(check_credentials("x", data, now=NOW))


@settings(max_examples=150, deadline=None)
@given(
    st.lists(HEADERS, min_size=1, max_size=5),
    st.lists(st.lists(CELLS, min_size=1, max_size=5), max_size=5),
    st.sampled_from([",", ";", "\t"]),
)
def test_any_cells_are_a_table_or_are_refused(
    header: list[str], rows: list[list[str]], sign: str
) -> None:
    text = "\n".join(sign.join(row) for row in [header, *rows])

    assert is_told(check_credentials("x.csv", text.encode("utf-8", "surrogatepass"), now=NOW))


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.integers(0, 255)), max_size=4),
    st.integers(0, len(GOOD)),
)
def test_a_spoilt_archive_is_a_table_or_is_refused(
    changes: list[tuple[int, int]], cut: int
) -> None:
    data = bytearray(GOOD)
    for place, value in changes:
        data[place] = value
    for spoilt in (bytes(data), bytes(data[:cut])):
        assert is_told(check_credentials("x.zip", spoilt, now=NOW))
