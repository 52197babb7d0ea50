"""A header that signs each request with a key that both sides know.

Rule: the key stands in ``Credentials`` (``hmac_key``), never here.
"""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from simulator.lot.base import Model, Text

# Each stands for a piece of the request as it is sent, compressed body included.
SIGNED = (
    "method", "path", "host", "timestamp", "body", "body_sha256", "body_sha256_base64", "id",
)  # fmt: skip
SAID = ("signature", "timestamp", "body_sha256", "body_sha256_base64", "id")
MAX_HEADERS = 10

_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


def pieces(template: str) -> list[str]:
    """Return text and names of placeholders in turn: ``"a{id}b"`` is ``["a", "id", "b"]``."""
    return _PLACEHOLDER.split(template)


def _checked(template: str, known: tuple[str, ...]) -> str:
    for name in pieces(template)[1::2]:
        if name not in known:
            raise ValueError(f"unknown placeholder {{{name}}}, there are {{{'}, {'.join(known)}}}")
    return template


def _said(template: str) -> str:
    if "\n" in template or "\r" in template:
        raise ValueError("must be one line")
    return _checked(template, SAID)


Signed = Annotated[Text, AfterValidator(lambda text: _checked(text, SIGNED))]
Said = Annotated[Text, AfterValidator(_said)]


class Signature(Model):
    """An HMAC (RFC 2104) of what ``sign`` says, in a header.

    ``sign`` takes {method}, {path} (with its query), {host}, {timestamp}, {body}, {body_sha256}
    (hex), {body_sha256_base64} and {id}; ``value`` and ``headers`` take {signature}, {timestamp},
    {id} and the two of the body. GitHub's, for one, is ``header: X-Hub-Signature-256, value:
    "sha256={signature}"``.
    """

    algorithm: Literal["sha256", "sha1", "sha512"] = Field(
        default="sha256", description="The hash of the HMAC"
    )
    key_encoding: Literal["text", "base64", "hex"] = Field(
        default="text", description="How the bytes of the key are written"
    )
    sign: Signed = Field(default="{body}", description="What is signed")
    encoding: Literal["hex", "base64"] = Field(default="hex", description="Of the signature")
    header: Text = Field(default="X-Signature", min_length=1, description="Where it stands")
    value: Said = Field(default="{signature}", description="What stands there")
    timestamp: Literal["unix", "unix_ms", "iso", "iso_basic", "http"] = Field(
        default="unix",
        description="How `{timestamp}` is written: s or ms since 1970, 2026-11-22T20:00:00Z, "
        "20261122T200000Z, or as in a Date header",
    )
    headers: dict[str, Said] = Field(
        default_factory=dict,
        max_length=MAX_HEADERS,
        description='Headers that go with it: `{"X-Timestamp": "{timestamp}"}`',
    )
