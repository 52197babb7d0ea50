"""What mocks show to a target."""

import re
from typing import Any
from urllib.parse import parse_qs

import jwt
import numpy as np
import pytest

from simulator.credentials import CredentialTable, Papers, told_doubles
from simulator.errors import DefinitionError
from simulator.lot import Credentials, Deal, MqttTarget
from tests.simulator.credentials.files import NOW

TABLE = CredentialTable(
    "fleet.csv",
    {
        "id": ["m-2", "m-0", "m-1"],
        "client_id": ["c-2", "c-0", "c-1"],
        "username": ["u-2", "u-0", "u-1"],
        "password": ["p-2", "p-0", "p-1"],
        "shared_key": ["a2V5Mg==", "a2V5MA==", "a2V5MQ=="],
        "certificate": ["cert 2", "cert 0", ""],
        "key": ["key 2", "key 0", ""],
    },
)


class Clock:
    now = NOW

    def __call__(self) -> float:
        return self.now


def papers(
    *, by: str | None = "order", count: int = 3, first: int = 0, clock: Any = None, **given: Any
) -> Papers:
    """Papers of ``count`` mocks, the first of number ``first``."""
    deal = Deal(table="fleet.csv", by=by, match=given.pop("match", "id")) if by else None
    table = given.pop("table", TABLE)
    target = MqttTarget(
        host="hub.example", port=1, deal=deal, client_id=given.pop("client_id", "{id}")
    )
    numbers = first + np.arange(count)
    fixed = {
        "id": np.array([f"m-{number}" for number in numbers], dtype=object),
        "index": numbers,
        "serial": np.array([f"m-{number % 3}" for number in numbers], dtype=object),
    }
    return Papers(
        target,
        Credentials(**given),
        numbers=numbers,
        fixed=fixed,
        table=table if by else None,
        clock=clock or Clock(),
    )


def shown(made: Papers) -> list[tuple[str, str, Any]]:
    rows = range(made.mocks.count)
    return [(made.client_id(row), made.username(row), made.password(row)) for row in rows]


def test_without_a_table_all_show_what_the_target_says() -> None:
    made = papers(by=None, username="{id}", password="{not a placeholder}")

    assert shown(made)[1] == ("m-1", "m-1", "{not a placeholder}")
    assert made.certificate(0) == ("", "")


def test_rows_are_dealt_in_order_of_the_mocks_numbers_whatever_the_shards() -> None:
    whole = shown(papers())

    assert whole == [("c-2", "u-2", "p-2"), ("c-0", "u-0", "p-0"), ("c-1", "u-1", "p-1")]
    assert shown(papers(first=1, count=2)) == whole[1:]


def test_rows_are_dealt_by_the_mocks_id_or_by_a_variable() -> None:
    by_id = shown(papers(by="key"))

    assert by_id == [("c-0", "u-0", "p-0"), ("c-1", "u-1", "p-1"), ("c-2", "u-2", "p-2")]
    assert shown(papers(by="key", match="serial", first=3)) == by_id


def test_rows_dealt_round_robin_begin_again() -> None:
    made = shown(papers(by="round_robin", count=8))

    assert made[3:6] == made[:3]
    assert made[6:] == made[:2]


def test_doubles_are_named_with_their_mocks() -> None:
    doubles = {"c-0": ["m-0", "m-3"], "c-1": ["a", "b", "c", "d", "e"], "c-2": ["x", "y"]}

    assert told_doubles(doubles) == (
        "'c-0' is of m-0, m-3; 'c-1' is of a, b, c and 2 more; 'c-2' is of x, y"
    )
    assert told_doubles({**doubles, "c-3": ["s", "t"]}).endswith("x, y; 1 more are doubled")


def test_a_few_rows_serve_many_whose_client_ids_are_their_own() -> None:
    made = papers(by="round_robin", count=8, client_id="x-{id}")

    assert shown(made)[4] == ("x-m-4", "u-0", "p-0")


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"count": 4}, "target.deal: fleet.csv has 3 rows, and 4 mocks need one each; add rows"),
        ({"by": "key", "count": 8}, "target.deal: fleet.csv has no row whose id is 'm-3', 'm-4', "
                                    "'m-5' and 2 more"),
        ({"by": "key", "match": "serail"}, "target.deal.match: unknown name 'serail', did you"),
        ({"table": None}, "target.deal: the table fleet.csv is not there"),
        ({"username": "{place}"}, "target.username: unknown placeholder {place}, allowed: id"),
        ({"password": {"kind": "sas", "key": "no!"}}, "target.password.key: must be written in"),
        ({"password": {"kind": "jwt", "algorithm": "ES256", "key": "x"}},
         "target.password.key: ES256 needs a private key in PEM"),
        ({"token": {"kind": "hmac", "key": "k", "message": "{plcae}"}},
         "target.token.message: unknown placeholder {plcae}"),
    ],
)  # fmt: skip
def test_what_cannot_be_shown_is_refused_before_anything_connects(
    given: dict[str, Any], told: str
) -> None:
    with pytest.raises(DefinitionError, match=re.escape(told)):
        papers(**given)


def test_what_the_target_says_goes_over_the_table_and_may_quote_it() -> None:
    made = papers(
        client_id="{client_id}-x",
        username="{username}?x-amz-customauthorizer-name=gate",
        password={"kind": "text", "text": "{id}:{password}"},
    )

    assert shown(made)[1] == ("c-0-x", "u-0?x-amz-customauthorizer-name=gate", "m-1:p-0")


def test_a_certificate_comes_with_its_key_and_is_the_tables_own_text() -> None:
    made = papers()

    assert made.certificate(1) == ("cert 0", "key 0")
    assert made.certificate(2) == ("", "")
    assert made.certificate(0)[0] is TABLE.columns["certificate"][0]


# Secrets that are made.


def test_a_keyed_hash_is_made_of_the_mocks_own_key_and_name() -> None:
    made = papers(
        password={
            "kind": "hmac", "hash": "sha1", "key": "{shared_key}", "key_encoding": "base64",
            "message": "{id}", "output": "base64",
        }
    )  # fmt: skip

    # printf m-0 | openssl dgst -sha1 -hmac key2 -binary | base64
    assert secret(made, 0) == "BtchUcc/JFTd49umlYhJOMvVpQA="


def test_a_web_token_is_made_of_placeholders_and_of_the_time() -> None:
    clock = Clock()
    made = papers(
        clock=clock,
        password={
            "kind": "jwt", "key": "k" * 32, "audience": "project", "subject": "{id}",
            "claims": {"site": "{username}", "level": 3, "ok": True}, "lifetime": 600,
        },
    )  # fmt: skip
    clock.now += 0.5

    timeless = {"verify_signature": False, "verify_exp": False}
    claims = jwt.decode(secret(made, 1), options=timeless)

    assert claims == {
        "sub": "m-1", "aud": "project", "site": "u-0", "level": 3, "ok": True,
        "iat": int(NOW), "exp": int(NOW) + 600,
    }  # fmt: skip


def test_a_signature_of_azure_is_for_the_mocks_own_device() -> None:
    made = papers(password={"kind": "sas", "key": "{shared_key}", "lifetime": 3600})

    fields = parse_qs(str(secret(made, 1)).removeprefix("SharedAccessSignature "))

    assert fields["sr"] == ["hub.example/devices/m-1"]
    assert fields["se"] == [str(int(NOW) + 3600)]


def secret(made: Papers, row: int) -> str:
    """The password for a connection that is made now."""
    password = made.password(row)
    assert callable(password)
    return password()


def test_a_secret_is_renewed_before_it_ends_and_not_before_most_of_its_life() -> None:
    clock = Clock()
    made = papers(clock=clock, by=None, count=200, token={"kind": "jwt", "key": "k" * 32})
    for row in range(200):
        token = made.token(row)
        assert callable(token)
        token()

    early, some, all_ = (
        made.expiring(NOW + 3_600 * share) for share in (0.79, 0.85, 0.91)
    )  # fmt: skip

    assert early == []
    assert 50 < len(some) < 150  # a lot that connected in one second is renewed over six minutes
    assert len(some) + len(all_) == 200
    assert made.expiring(NOW + 9_999) == []


def test_a_mock_that_connected_again_has_the_new_secrets_life() -> None:
    clock = Clock()
    made = papers(clock=clock, by=None, count=1, password={"kind": "sas", "key": "aaaa"})
    password = made.password(0)
    assert callable(password)
    password()
    clock.now += 1_800
    password()

    assert made.expiring(NOW + 3_300) == []
    assert made.expiring(NOW + 1_800 + 3_300) == [0]


def test_what_never_ends_is_never_renewed() -> None:
    made = papers(password={"kind": "hmac", "key": "k"})
    secret(made, 0)

    assert made.expiring(NOW + 1e9) == []
