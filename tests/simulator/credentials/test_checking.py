"""Credential tables, and all that can be wrong with them, row by row."""

import math
import struct
import zipfile

import pytest

from simulator.credentials import archive as archives
from simulator.credentials import (
    check_credentials,
    checking,
    read_credentials,
    reading,
    unpacked,
)
from simulator.errors import DatasetError
from tests.simulator.credentials.files import (
    DAY,
    NOW,
    archive,
    certificate_pem,
    curve_key,
    key_pem,
    rsa_key,
)


def checked(text: str | bytes):
    data = text if isinstance(text, bytes) else text.encode()
    return check_credentials("fleet.csv", data, now=NOW)


def problems(text: str | bytes) -> list[str]:
    found = checked(text)
    assert (found.table is None) == bool(found.problems)
    return [str(problem) for problem in found.problems]


def test_a_table_keeps_every_cell_as_text() -> None:
    table = checked("id,username,password,site\n007,u-7, se;cret ,oslo\n008,u-8,x,köln\n").table

    assert table is not None
    assert table.rows == 2
    assert table.columns == {
        "id": ["007", "008"],
        "username": ["u-7", "u-8"],
        "password": ["se;cret ", "x"],
        "site": ["oslo", "köln"],
    }


def test_columns_are_known_by_the_names_that_people_give_them() -> None:
    table = checked("Device ID;Client-ID;User;Symmetric Key\na;b;c;d\n").table

    assert table is not None
    assert list(table.columns) == ["id", "client_id", "username", "shared_key"]


def test_a_byte_order_mark_and_empty_lines_are_no_part_of_a_table() -> None:
    table = checked(b"\xef\xbb\xbfid,token\r\n\r\na,1\r\n").table

    assert table is not None
    assert table.columns == {"id": ["a"], "token": ["1"]}


def test_a_column_that_is_empty_throughout_is_none() -> None:
    table = checked("id,username,certificate,key\na,u,,\nb,v,,\n").table

    assert table is not None
    assert list(table.columns) == ["id", "username"]


def test_no_secret_is_shown_or_given_to_definitions() -> None:
    table = checked("id,password,shared_key,token,site\na,sesame,c2VzYW1l,sesam,oslo\n").table

    assert table is not None
    assert "sesam" not in repr(table)
    assert list(table.public().columns) == ["id", "site"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("id,username\na,u\na,v\nb,w\na,x\n", ["row 2, id: 'a' stands in row 1 too",
                                               "row 4, id: 'a' stands in row 1 too"]),
        ("client_id,token\na,1\na,2\n", ["row 2, client_id: 'a' stands in row 1 too"]),
        ("id,password\na,x\nb,\n", ["row 2, password: is empty, and other rows have one"]),
        ("id,password\na,x\nb\nc,y,z\n", ["row 2: has 1 cells, the header has 2",
                                         "row 3: has 3 cells, the header has 2"]),
        ("id,username\na,\"u\nv\"\n", ["row 1, username: has a line break or control character"]),
        (f"id,username\na,{'u' * 1001}\n", ["row 1, username: may have 1,000 characters, it has"
                                            " 1,001"]),
        ("site,place\na,b\n", ["fleet.csv: needs one of the columns id, client_id, username, "
                               "password, token, shared_key, certificate, key"]),
        ("id,id\na,b\n", ["fleet.csv: columns 1 and 2 are both 'id'"]),
        ("id,ClientID,client_id\na,b,c\n", ["fleet.csv: columns 2 and 3 are both 'client_id'"]),
        ("id,Größe\na,b\n", ["fleet.csv: column 2 must be named by letters, digits and _, got "
                            "'Größe'; the first row holds the names of the columns"]),
        ("id,username\n", ["fleet.csv: there must be a header and rows below it, there are none"]),
        ("", ["fleet.csv: there must be a header and rows below it, there are none"]),
        (b"id,username\na,u\nb,\xe9\n", ["fleet.csv: the table must be UTF-8, byte 18 (line 3) is "
                                         "not; save it as CSV UTF-8"]),
        ("id,username\na,\0\n", ["fleet.csv: the table must be text, line 2 has a zero byte"]),
        ("id,certificate,key\na,a.pem,a.key\n",
         [f"row 1, {column}: must be PEM text in a CSV file; to name files, upload a ZIP with the "
          "CSV and them" for column in ("certificate", "key")]),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_at_its_row(text: str | bytes, told: list[str]) -> None:
    assert problems(text) == told


def test_an_error_names_the_file_and_how_many_problems_are_not_told() -> None:
    lines = "".join("a,x\n" for _ in range(checking.MAX_PROBLEMS + 3))

    with pytest.raises(DatasetError) as caught:
        read_credentials("fleet.csv", f"id,username\n{lines}".encode(), now=NOW)

    told = [str(problem) for problem in caught.value.problems]
    assert told[0] == "fleet.csv: row 2, id: 'a' stands in row 1 too"
    assert told[-1] == "and 2 more"


def test_a_table_of_more_rows_than_any_lot_needs_is_refused(monkeypatch) -> None:
    monkeypatch.setattr(reading, "MAX_ROWS", 2)

    assert problems("id\na\nb\nc\n") == ["fleet.csv: a table may have 2 rows, it has more"]


# Certificates.


def table_of(*pairs: tuple[str, str]) -> str:
    cells = [[part.replace("\n", "\\n") for part in pair] for pair in pairs]
    lines = "".join(f"m-{n},{one},{two}\n" for n, (one, two) in enumerate(cells))
    return f"id,certificate,key\n{lines}"


def test_a_certificate_with_its_own_key_is_good_in_the_file_or_beside_it() -> None:
    certificate, key = certificate_pem(curve_key()), key_pem(curve_key())
    files = {
        "fleet/table.csv": "id,certificate,key\na,a.pem,keys\\a.key\nb,fleet/b.pem,b.key\nc,,\n",
        "fleet/a.pem": certificate,
        "fleet/keys/a.key": key,
        "fleet/b.pem": certificate_pem(rsa_key()),
        "fleet/b.key": key_pem(rsa_key()),
        "fleet/.DS_Store": b"\xff",
        "__MACOSX/fleet/._a.csv": b"\xff",
    }

    inline, packed = checked(table_of((certificate, key))), checked(archive(files))

    assert (inline.problems, packed.problems) == ((), ())
    assert inline.table
    assert packed.table
    assert inline.table.columns["key"] == [key]
    assert packed.table.columns["certificate"][0] == certificate
    assert packed.table.columns["key"][2] == ""


def test_a_certificate_that_cannot_be_used_now_is_told_at_its_row() -> None:
    key = key_pem(curve_key())
    old = certificate_pem(curve_key(), begins=NOW - 9 * DAY, ends=NOW - 1)
    young = certificate_pem(curve_key(), begins=NOW + 60, ends=NOW + DAY)

    told = problems(table_of((old, key), (young, key)))

    assert told == [
        "row 1, certificate: expired on 2027-01-15 07:59 UTC",
        "row 2, certificate: is not valid before 2027-01-15 08:01 UTC",
    ]


def test_an_expired_certificate_of_the_chain_is_told_too() -> None:
    old = certificate_pem(curve_key(1), begins=NOW - 9 * DAY, ends=NOW - 1)
    chain = certificate_pem(curve_key()) + old

    assert problems(table_of((chain, key_pem(curve_key())))) == [
        "row 1, certificate: certificate 2 of its chain expired on 2027-01-15 07:59 UTC"
    ]


def test_a_key_that_is_not_the_certificates_is_told_at_its_row() -> None:
    good = (certificate_pem(curve_key()), key_pem(curve_key()))
    certificate = certificate_pem(curve_key())

    told = problems(
        table_of(
            good,
            (certificate, key_pem(curve_key(1))),
            (certificate, key_pem(curve_key(), password=b"x")),
            (certificate, "-----BEGIN nothing"),
            ("-----BEGIN nothing", key_pem(curve_key())),
        )
    )

    assert told == [
        "row 2, key: is not the certificate's own",
        "row 3, key: is encrypted; give it without a password",
        "row 4, key: is no private key in PEM",
        "row 5, certificate: is no certificate in PEM",
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("id,certificate\na,x\n", "row 1, key: is missing, and the row has a certificate"),
        ("id,certificate,key\na,x,\nb,x,y\n", "row 1, key: is missing, and the row has a"),
        ("id,certificate,key\na,,y\nb,x,y\n", "row 1, certificate: is missing, and the row has"),
    ],
)
def test_a_certificate_comes_with_its_key(text: str, told: str) -> None:
    assert problems(text)[0].startswith(told)


def test_keys_alone_are_for_tokens_that_devices_sign() -> None:
    good, bad = (key.replace("\n", "\\n") for key in (key_pem(curve_key()), "-----BEGIN x"))
    table = checked(f"id,key\na,{good}\n").table

    assert table
    assert table.columns["key"] == [key_pem(curve_key())]
    assert problems(f"id,key\na,{good}\nb,{bad}\n") == ["row 2, key: is no private key in PEM"]


def test_a_table_is_packed_whole_and_knows_when_its_first_certificate_ends() -> None:
    key = key_pem(curve_key())
    pairs = ((certificate_pem(curve_key(), ends=NOW + days * DAY), key) for days in (3, 2, 4))
    table = checked(table_of(*pairs)).table

    assert table
    assert unpacked(table.packed()) == table
    assert table.ends == NOW + 2 * DAY


def test_definitions_read_ids_as_text_and_other_columns_as_those_of_a_dataset() -> None:
    table = checked("id,level,site\n7,3,oslo\n8,4,rome\n").table

    assert table
    columns = table.public().columns
    assert columns["id"].tolist() == ["7", "8"]
    assert columns["level"].tolist() == [3, 4]
    assert columns["site"].tolist() == ["oslo", "rome"]


def test_a_password_may_have_any_sign_but_control_characters() -> None:
    assert problems("id,password\na,p\u00a0w\u3000d \U0001f511\n") == []
    assert problems("id,password\na,p\x85\n") == [
        "row 1, password: has a line break or control character"
    ]


def test_a_table_without_anything_public_is_none_for_definitions() -> None:
    table = checked("password\nsesame\n").table

    assert table
    assert table.ends == math.inf
    with pytest.raises(DatasetError, match=r"fleet.csv: all of its columns are secret"):
        table.public()


# Archives.


def test_a_file_that_the_archive_does_not_hold_is_told_at_its_row() -> None:
    data = archive({"t.csv": "id,certificate,key\na,../a.pem,/etc/a.key\n", "a.pem": "x"})

    assert problems(data) == [
        "row 1, certificate: names the file '../a.pem', it is not in the archive",
        "row 1, key: names the file '/etc/a.key', it is not in the archive",
    ]


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({"a.pem": "x"}, "fleet.csv: the archive must hold one CSV file, it holds 0"),
        ({"a.csv": "x", "b/c.CSV": "y"}, "fleet.csv: the archive must hold one CSV file, it holds"),
        ({"a.csv": "id\nx\n", "a.pem": "x" * 70_000}, "fleet.csv: 'a.pem' may have 65,536 bytes"),
        ({"a.csv": "0" * 3_000_000}, "fleet.csv: 'a.csv' shrank to less than 1/200 of its"),
    ],
)
def test_an_archive_beyond_its_limits_is_refused(files: dict[str, str], told: str) -> None:
    assert problems(archive(files))[0].startswith(told)


def test_an_archive_of_too_many_files_is_refused(monkeypatch) -> None:
    monkeypatch.setattr(archives, "MAX_ENTRIES", 3)

    told = problems(archive({f"{n}.pem": "x" for n in range(4)}))

    assert told == ["fleet.csv: an archive may hold 3 files, it has more"]


def test_an_archive_that_unpacks_to_too_much_is_refused(monkeypatch) -> None:
    monkeypatch.setattr(archives, "MAX_UNPACKED", 100)

    told = problems(archive({"a.csv": "id\na\n", "b.pem": "x" * 60, "c.pem": "y" * 60}))

    assert told == ["fleet.csv: an archive may unpack to 100 bytes, it has more"]


def test_an_entry_that_lies_about_its_size_is_not_unpacked_beyond_it(monkeypatch) -> None:
    monkeypatch.setattr(archives, "MAX_FILE", 1_000)
    table = "id,certificate,key\na,a.pem,a.pem\n"
    data = bytearray(archive({"t.csv": table, "a.pem": "0" * 5_000}))
    lie(data, "a.pem", size=10)

    told = problems(bytes(data))

    assert len(told) == 2
    assert told[0].startswith("row 1, certificate: 'a.pem' cannot be unpacked")


def lie(data: bytearray, path: str, *, size: int) -> None:
    """Write another size of a file, unpacked, into the archive's directory (APPNOTE 4.3.12)."""
    at = data.rindex(b"PK\x01\x02", 0, data.rindex(path.encode()))
    data[at + 24 : at + 28] = struct.pack("<I", size)


def test_an_encrypted_archive_is_refused() -> None:
    data = bytearray(archive({"t.csv": "id\na\n"}, method=zipfile.ZIP_STORED))
    at = data.rindex(b"PK\x01\x02")
    data[at + 8] |= 1  # general purpose bit 0

    assert problems(bytes(data)) == [
        "fleet.csv: 't.csv' is encrypted; archives are taken without a password"
    ]


def test_an_archive_that_is_packed_in_an_unusual_way_is_refused() -> None:
    assert problems(archive({"t.csv": "id\na\n"}, method=zipfile.ZIP_LZMA)) == [
        "fleet.csv: 't.csv' is packed in an unusual way; pack it with deflate"
    ]


def test_a_broken_archive_is_refused() -> None:
    assert problems(archive({"t.csv": "id\na\n"})[:-9])[0].startswith(
        "fleet.csv: not a ZIP archive that can be read"
    )
