"""Keyed hashes, web tokens and signatures, held against vectors and a reader of another make."""

import re
from base64 import b64encode

import jwt
import pytest

from simulator.credentials.tokens import (
    access_signature,
    key_bytes,
    keyed_hash,
    private_key,
    web_token,
)
from simulator.errors import DefinitionError
from tests.simulator.credentials.files import NOW, curve_key, key_pem, public_pem, rsa_key

CLAIMS = {"iat": int(NOW), "exp": int(NOW) + 60, "aud": "project"}


def test_a_keyed_hash_is_that_of_rfc_4231() -> None:
    # Section 4.3, test case 2.
    message = "what do ya want for nothing?"

    assert keyed_hash(b"Jefe", message, name="sha256", output="hex") == (
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    )
    assert keyed_hash(b"Jefe", message, name="sha256", output="base64") == (
        "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM="
    )
    assert keyed_hash(b"Jefe", message, name="sha256", output="base64url") == (
        "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM"
    )


def test_a_keyed_hash_by_md5_is_that_of_rfc_2202() -> None:
    # Section 2, test case 2.
    made = keyed_hash(b"Jefe", "what do ya want for nothing?", name="md5", output="hex")

    assert made == "750c783e6ab0b503eaa86e310a5db738"


@pytest.mark.parametrize(
    ("text", "encoding", "key"),
    [
        ("sesame", "text", b"sesame"),
        ("c2VzYW1l", "base64", b"sesame"),
        ("_-8", "base64", b"\xff\xef"),
        ("/+8=", "base64", b"\xff\xef"),
        ("736573616d65", "hex", b"sesame"),
    ],
)
def test_a_key_is_read_as_it_is_written(text: str, encoding, key: bytes) -> None:
    assert key_bytes(text, encoding) == key


@pytest.mark.parametrize(("text", "encoding"), [("sesame!", "base64"), ("sesame", "hex")])
def test_a_key_that_is_written_otherwise_is_refused_without_showing_it(text, encoding) -> None:
    with pytest.raises(DefinitionError, match=f"must be written in {encoding}, it is not") as told:
        key_bytes(text, encoding)

    assert "sesame" not in str(told.value)


@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
def test_a_web_token_by_a_shared_secret_is_read_by_its_holder(algorithm: str) -> None:
    key = b"k" * 64

    token = web_token(CLAIMS, key, algorithm=algorithm, key_id="seven")

    assert jwt.get_unverified_header(token) == {"alg": algorithm, "typ": "JWT", "kid": "seven"}
    assert read(token, key, algorithm) == CLAIMS


def test_a_short_secret_signs_too_and_nothing_is_said() -> None:
    assert web_token(CLAIMS, b"k", algorithm="HS256").count(".") == 2


@pytest.mark.parametrize(("algorithm", "key"), [("RS256", rsa_key()), ("ES256", curve_key())])
def test_a_web_token_by_a_private_key_is_read_with_the_public_one(algorithm: str, key) -> None:
    token = web_token(CLAIMS, key_pem(key).encode(), algorithm=algorithm)

    assert read(token, public_pem(key), algorithm) == CLAIMS


def read(token: str, key: str | bytes, algorithm: str) -> dict[str, object]:
    """What whoever has the key reads; the time of the test is none of its business."""
    timeless = {"verify_exp": False, "verify_iat": False}
    return jwt.decode(token, key, algorithms=[algorithm], audience="project", options=timeless)


@pytest.mark.parametrize(
    ("pem", "algorithm", "told"),
    [
        ("sesame", "RS256", "RS256 needs a private key in PEM, got something else"),
        (key_pem(curve_key()), "RS256", "RS256 needs an RSA key, got another kind"),
        (key_pem(rsa_key()), "ES256", "ES256 needs a key of the curve P-256, got another kind"),
        (key_pem(curve_key(), password=b"x"), "ES256", "is encrypted; give it without a password"),
    ],
)
def test_a_key_that_cannot_sign_is_refused(pem: str, algorithm: str, told: str) -> None:
    with pytest.raises(DefinitionError, match=re.escape(told)):
        private_key(pem.encode(), algorithm)


def test_a_signature_of_azure_is_that_of_its_documentation() -> None:
    # Made by the Python function of "Control access to IoT Hub by using SAS", section "SAS token
    # structure", from the same key, resource and time.
    token = access_signature(
        b"a key of thirty-two bytes, always",
        "hub.azure-devices.net/devices/m-1",
        policy="device",
        expires=1_800_003_600,
    )

    assert token == (
        "SharedAccessSignature sr=hub.azure-devices.net%2Fdevices%2Fm-1"
        "&sig=tpJ7DEgiGuJJTlUI3FR5gErOOU%2BExnRyJbbuu5e0iyw%3D&se=1800003600&skn=device"
    )


def test_a_devices_own_signature_names_no_policy() -> None:
    token = access_signature(b"key", "hub/devices/m", policy="", expires=1)

    assert "skn" not in token
    assert b64encode(b"key").decode() not in token
