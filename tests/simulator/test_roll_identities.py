"""What keeps the mocks of a lot from being who they are to be, as it is saved and started."""

import pytest

from simulator import (
    Credentials,
    CredentialTable,
    Deal,
    MqttTarget,
    identity_problems,
    parse,
    target_of,
)
from tests.simulator.credentials.files import NOW, certificate_pem, curve_key, key_pem

LAMP = parse('name: Lamp\nid: "lamp-{index}"\nmessages: {on: {every: 1s, json: 1}}\n')
PUMP = parse(
    'name: Pump\nid: "pump-{index}"\nvariables: {site: {choice: [a]}, level: {constant: 1}}\n'
    "messages: {on: {every: 1s, json: 1}}\n"
    "statuses: {run: {send: [on], enter: {set: {level: 2}}}}\n"
)
TABLE = CredentialTable("fleet.csv", {"client_id": ["c-0", "c-1"], "password": ["x", "y"]})


def texts(
    *parts, by: str | None = None, client_id: str = "{id}", table=TABLE, **secrets
) -> list[str]:
    deal = Deal(table="fleet.csv", by=by) if by else None
    target = MqttTarget(host="h", port=1, client_id=client_id, deal=deal)
    found = identity_problems(
        parts, target=target, secrets=Credentials(**secrets), table=table if by else None, now=NOW
    )
    return [f"{each.part} {each}" for each in found]


def test_mocks_with_client_ids_of_their_own_have_no_problem() -> None:
    assert texts((LAMP, 3), (PUMP, 3)) == []
    assert texts((LAMP, 1), (PUMP, 1), by="order") == []


def test_rows_are_counted_through_all_parts() -> None:
    assert texts((LAMP, 1), (PUMP, 2), by="order") == [
        "1 target.deal: fleet.csv has 2 rows, and 3 mocks need one each; add rows, or deal them "
        "round robin"
    ]


def test_client_ids_that_several_mocks_have_are_told_with_the_mocks() -> None:
    (told,) = texts((LAMP, 2), (PUMP, 2), by="round_robin")

    assert told == (
        "0 target.client_id: 'c-0' is of lamp-0, pump-2; 'c-1' is of lamp-1, pump-3: each mock "
        "needs a client id of its own"
    )


def test_an_empty_client_id_is_the_brokers_to_give() -> None:
    assert texts((LAMP, 3), client_id="") == []


@pytest.mark.parametrize(("name", "part"), [("site", 0), ("level", 0)])
def test_what_a_part_does_not_have_or_changes_is_no_placeholder(name: str, part: int) -> None:
    told = texts((LAMP, 1), (PUMP, 1), client_id=f"{{id}}-{{{name}}}")

    assert told[part].startswith(f"{part} target.client_id: unknown placeholder {{{name}}}")
    assert len(told) == (1 if name == "site" else 2)


def test_the_certificate_that_all_mocks_show_is_held_against_its_key() -> None:
    certificate, key = certificate_pem(curve_key()), key_pem(curve_key(1))

    assert texts((LAMP, 1), certificate=certificate, key=key_pem(curve_key())) == []
    assert texts((LAMP, 1), certificate=certificate, key=key) == [
        "0 target.key: is not the certificate's own"
    ]
    assert texts((LAMP, 1), certificate=certificate) == [
        "0 target.key: is missing, and there is a certificate"
    ]


@pytest.mark.parametrize(
    ("option", "secret", "text"),
    [
        ("signature", "hmac_key", "target.signature: needs hmac_key among the secrets"),
        ("oauth", "client_secret", "target.oauth: needs client_secret among the secrets"),
    ],
)
def test_what_is_signed_or_fetched_needs_its_secret(option: str, secret: str, text: str) -> None:
    options = {"signature": {}, "oauth": {"token_url": "http://h/token", "client_id": "lot"}}
    target = target_of({"protocol": "http", "host": "h", "port": 1, option: options[option]})

    def told(**secrets: str) -> list[str]:
        found = identity_problems(
            [(LAMP, 1)], target=target, secrets=Credentials(**secrets), now=NOW
        )
        return [str(each) for each in found]

    (problem,) = told()
    assert problem.startswith(text)
    assert told(**{secret: "k"}) == []


@pytest.mark.parametrize(
    ("secrets", "columns", "missing"),
    [
        ({}, None, ["username", "password"]),
        ({"username": "AKID"}, None, ["password"]),
        ({"username": "AKID", "password": "x"}, None, []),
        ({}, {"username": ["a"], "password": ["b"]}, []),
    ],
)
def test_an_opening_that_is_signed_for_aws_needs_a_key_and_its_secret(
    secrets: dict[str, str], columns: dict[str, list[str]] | None, missing: list[str]
) -> None:
    target = MqttTarget(
        host="h",
        port=443,
        websocket={"sigv4": {"region": "eu-central-1"}},
        deal=Deal(table="keys.csv") if columns else None,
    )

    found = identity_problems(
        [(LAMP, 1)],
        target=target,
        secrets=Credentials(**secrets),
        table=CredentialTable("keys.csv", columns) if columns else None,
        now=NOW,
    )

    told = [str(each) for each in found if "sigv4" in each.problem.place]
    assert [text.split(" as ")[1].split(" ")[0] for text in told] == missing
