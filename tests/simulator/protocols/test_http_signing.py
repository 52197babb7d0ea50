"""Signatures held against examples of those who check them, and what is refused."""

import base64
import hashlib
import hmac

import pytest
from pydantic import ValidationError

from simulator.errors import DefinitionError
from simulator.lot.signature import Signature
from simulator.protocols import http

NOW = 1_795_377_600.25  # 2026-11-22T20:00:00.25Z


def signed(
    key: str = "k", path: bytes = b"/a?b=1", body: bytes = b"{}", **signature: object
) -> str:
    signer = http.Signer(
        Signature.model_validate(signature), key=key, host="api.example", identity="cc-1"
    )
    return signer.lines("POST", path, body, now=NOW).decode()


def test_a_body_is_signed_as_github_signs_it() -> None:
    # The example of GitHub's page "Validating webhook deliveries".
    lines = signed(
        key="It's a Secret to Everybody",
        body=b"Hello, World!",
        header="X-Hub-Signature-256",
        value="sha256={signature}",
    )

    assert lines == (
        "X-Hub-Signature-256: sha256="
        "757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17\r\n"
    )


def test_a_request_is_signed_as_azure_app_configuration_wants_it() -> None:
    key = base64.b64encode(b"secret").decode()

    lines = signed(
        key=key,
        key_encoding="base64",
        sign="{method}\n{path}\n{timestamp};{host};{body_sha256_base64}",
        encoding="base64",
        timestamp="http",
        header="Authorization",
        value="HMAC-SHA256 Credential={id}&SignedHeaders=x-ms-date;host;x-ms-content-sha256"
        "&Signature={signature}",
        headers={"x-ms-date": "{timestamp}", "x-ms-content-sha256": "{body_sha256_base64}"},
    )

    content = base64.b64encode(hashlib.sha256(b"{}").digest()).decode()
    text = f"POST\n/a?b=1\nSun, 22 Nov 2026 20:00:00 GMT;api.example;{content}"
    digest = base64.b64encode(hmac.new(b"secret", text.encode(), "sha256").digest()).decode()
    assert lines == (
        "Authorization: HMAC-SHA256 Credential=cc-1&SignedHeaders=x-ms-date;host;"
        f"x-ms-content-sha256&Signature={digest}\r\n"
        "x-ms-date: Sun, 22 Nov 2026 20:00:00 GMT\r\n"
        f"x-ms-content-sha256: {content}\r\n"
    )


def test_a_request_is_signed_in_the_manner_of_aws() -> None:
    lines = signed(
        key="00ff",
        key_encoding="hex",
        algorithm="sha512",
        sign="{method}\n{path}\n{timestamp}\n{body_sha256}\n{id}",
        timestamp="iso_basic",
        headers={"X-Date": "{timestamp}"},
    )

    text = f"POST\n/a?b=1\n20261122T200000Z\n{hashlib.sha256(b'{}').hexdigest()}\ncc-1"
    digest = hmac.new(b"\x00\xff", text.encode(), "sha512").hexdigest()
    assert lines == f"X-Signature: {digest}\r\nX-Date: 20261122T200000Z\r\n"


@pytest.mark.parametrize(
    ("timestamp", "text"),
    [
        ("unix", "1795377600"),
        ("unix_ms", "1795377600250"),
        ("iso", "2026-11-22T20:00:00Z"),
        ("iso_basic", "20261122T200000Z"),
        ("http", "Sun, 22 Nov 2026 20:00:00 GMT"),
    ],
)
def test_a_moment_is_written_in_five_ways(timestamp: str, text: str) -> None:
    assert f"X-Signature: {text}\r\n" == signed(timestamp=timestamp, value="{timestamp}")


def test_sha1_is_there_for_those_who_still_ask_for_it() -> None:
    digest = hmac.new(b"k", b"{}", "sha1").hexdigest()

    assert signed(algorithm="sha1") == f"X-Signature: {digest}\r\n"


@pytest.mark.parametrize(
    ("signature", "text"),
    [
        ({"sign": "{nonce}"}, "unknown placeholder {nonce}, there are {method}, {path}, {host}"),
        ({"value": "{body}"}, "unknown placeholder {body}, there are {signature}, {timestamp}"),
        ({"value": "a\r\nX: {signature}"}, "must be one line"),
        ({"headers": {"X": "{method}"}}, "unknown placeholder {method}"),
        ({"algorithm": "md5"}, "'sha256', 'sha1' or 'sha512'"),
    ],
)
def test_a_template_that_cannot_be_is_refused(signature: dict[str, object], text: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Signature.model_validate(signature)

    assert text in str(caught.value)


@pytest.mark.parametrize(
    ("key", "signature", "text"),
    [
        ("", {}, "a signature needs its key, hmac_key in the credentials"),
        ("!secret!", {"key_encoding": "base64"}, "hmac_key must be base64, got something else"),
        ("secret", {"key_encoding": "hex"}, "hmac_key must be hex, got something else"),
        ("k", {"header": "Content-Length"}, "header Content-Length is set by the simulator"),
        ("k", {"header": "X Y"}, "header name must be letters, digits and -"),
        ("k", {"headers": {"x-signature": "1"}}, "a header of the signature is given twice"),
        ("k", {"value": "\0"}, "header X-Signature must be one line of text"),
    ],
)
def test_what_cannot_sign_is_refused_without_its_key(
    key: str, signature: dict[str, object], text: str
) -> None:
    with pytest.raises(DefinitionError) as caught:
        signed(key=key, **signature)

    assert text in str(caught.value)
    assert not key or len(key) < 5 or key not in str(caught.value)


def test_an_id_that_would_split_a_line_is_refused() -> None:
    with pytest.raises(DefinitionError, match="header X-Signature must be one line of text"):
        http.Signer(Signature(value="{id}"), key="k", host="h", identity="a\r\nX: 1")
