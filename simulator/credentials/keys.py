"""Whether a key that is the same for all mocks can be what its secret is made of.

Rule: told without a mock, for forms; a key with placeholders is held against them with the mocks.
"""

from typing import Any

from simulator.credentials.tokens import key_bytes, private_key
from simulator.definition.expressions.template import parse_template
from simulator.errors import DefinitionError
from simulator.lot.credentials import Hmac, Jwt, Sas


def key_trouble(secret: Any) -> str:
    """Return what is wrong with the key of a secret that is made; empty: nothing is, or it has
    placeholders, or there is no key. The text has no part of it.

    Args:
        secret: A password or token of ``Credentials``.

    Raises:
        DefinitionError: The key is no text with placeholders.
    """
    if not isinstance(secret, Hmac | Jwt | Sas):
        return ""
    template = parse_template(secret.key)
    if template.names:
        return ""
    try:
        _read(secret, template.literal)
    except DefinitionError as error:
        return str(error)
    return ""


def _read(secret: Hmac | Jwt | Sas, key: str) -> None:
    if isinstance(secret, Jwt) and secret.algorithm in ("RS256", "ES256"):
        private_key(key.encode(), secret.algorithm)
    else:
        key_bytes(key, "base64" if isinstance(secret, Sas) else secret.key_encoding)
