"""Tokens of OAuth 2.0: what is asked, as an independent server reads it, and each answer."""

import json
from urllib.parse import parse_qs

import pytest
from pydantic import ValidationError

from simulator.errors import MocklotError, ProtocolViolation, Refused
from simulator.lot.oauth import OAuth
from simulator.protocols import http
from tests.simulator.protocols.test_http_request import as_read


def oauth(**fields: object) -> OAuth:
    usual = {"token_url": "https://login.example/t?v=2", "client_id": "me"}
    return OAuth.model_validate({**usual, **fields})


def test_the_client_says_who_it_is_by_basic_authentication() -> None:
    # RFC 6749, section 2.3.1: both are form-encoded before they are put together.
    head, body = as_read(http.token_request(oauth(client_id="a:b c"), "s+%"))

    headers = dict(head.headers)
    assert (head.method, head.target) == (b"POST", b"/t?v=2")
    assert headers[b"host"] == b"login.example"
    assert headers[b"authorization"] == b"Basic YSUzQWIrYzpzJTJCJTI1"  # a%3Ab+c:s%2B%25
    assert headers[b"content-type"] == b"application/x-www-form-urlencoded"
    assert parse_qs(body.decode()) == {"grant_type": ["client_credentials"]}


def test_the_client_says_who_it_is_in_the_body() -> None:
    asked = oauth(client_auth="post", scope="read write", audience="https://api")

    head, body = as_read(http.token_request(asked, "s+%"))

    assert b"authorization" not in dict(head.headers)
    assert parse_qs(body.decode()) == {
        "grant_type": ["client_credentials"],
        "scope": ["read write"],
        "audience": ["https://api"],
        "client_id": ["me"],
        "client_secret": ["s+%"],
    }


def grant(said: object, status: int = 200) -> http.Grant:
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    return http.read_grant(http.Answer(status, True, body=body))


@pytest.mark.parametrize(
    ("life", "expected"),
    [(300, 300.0), ("300", 300.0), (None, 3_600.0), (0, 3_600.0), (-1, 3_600.0), ("x", 3_600.0),
     (1e9, 86_400.0), ([], 3_600.0)],
)  # fmt: skip
def test_a_token_is_good_for_as_long_as_is_said(life: object, expected: float) -> None:
    said = {"access_token": "t0k", "token_type": "bearer", "expires_in": life}

    assert grant(said) == http.Grant("t0k", expected)


@pytest.mark.parametrize(
    ("status", "said", "text"),
    [
        (401, {"error": "invalid_client"}, "token endpoint answered 401: invalid_client"),
        (400, {"error": "invalid_scope"}, "token endpoint answered 400: invalid_scope"),
        (400, {"error": "a\nb" + "x" * 200}, "token endpoint answered 400: a?b" + "x" * 97),
        (503, b"<html>", "token endpoint answered 503"),
        (302, b"", "token endpoint answered 302"),
        (400, {"error": {"code": 1}}, "token endpoint answered 400"),
    ],
)
def test_a_refusal_is_told_with_its_code(status: int, said: object, text: str) -> None:
    with pytest.raises(Refused) as caught:
        grant(said, status)

    assert str(caught.value) == text


@pytest.mark.parametrize(
    ("said", "text"),
    [
        (b"", "token endpoint answered 200 without an access token"),
        (b"[1]", "token endpoint answered 200 without an access token"),
        (b"[" * 60_000, "token endpoint answered 200 without an access token"),
        ({"access_token": "t" * 70_000}, "token endpoint answered with 65536 bytes or more"),
        ({"access_token": 5}, "token endpoint answered 200 without an access token"),
        ({"error": "bad"}, "token endpoint answered 200 without an access token: bad"),
        ({"access_token": "t", "token_type": "mac"}, "gave a token that is no bearer's"),
        ({"access_token": "a\r\nX: 1"}, "gave a token that no header can carry"),
    ],
)
def test_an_answer_that_grants_nothing_is_a_violation(said: object, text: str) -> None:
    with pytest.raises(ProtocolViolation, match=text):
        grant(said)


def test_no_secret_is_in_a_refusal() -> None:
    with pytest.raises(MocklotError) as caught:
        grant({"access_token": "s3cret\n"})

    assert "s3cret" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    ["login.example/t", "ftp://x/t", "https://", "https://u:p@x/t", "https://x/t#a", "https://x:p/t",
     "https://x/a b", "https://x:0/t", "https://[x/t"],
)  # fmt: skip
def test_an_endpoint_that_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(ValidationError):
        oauth(token_url=url)
