"""What fields of a target's forms hold their texts against.

Rule: a refusal is the sentence that stands at the field, and never holds a secret.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from cryptography import x509
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.formats import date_format
from django.utils.timezone import localtime

import simulator

T = TypeVar("T")
MOST_CA_BYTES = 100_000  # some 60 certificates


def in_range(least: float, most: float) -> list[Any]:
    """Return the validators of a number."""
    return [MinValueValidator(least), MaxValueValidator(most)]


def sentence(read: Callable[[str], T], text: str) -> T:
    """Return what ``read`` makes of the text; its refusal becomes the field's."""
    try:
        return read(text)
    except ValueError as error:
        raise ValidationError(str(error)) from error


def template(text: str) -> str:
    """Return a text with placeholders; what they are of, a lot's definitions and table say."""
    try:
        simulator.parse_template(text)
    except simulator.DefinitionError as error:
        raise ValidationError(f"{error}.") from error
    return text


def secret_template(text: str) -> str:
    """Return a secret text with placeholders; its refusal tells nothing of it."""
    try:
        simulator.parse_template(text)
    except simulator.DefinitionError:
        raise ValidationError(
            "A bracket opens no placeholder. Write {{ and }} for the brackets themselves."
        ) from None
    return text


def placeholder(text: str) -> str:
    """Return a secret that is nothing but one placeholder, ``{shared_key}``, else nothing."""
    try:
        return text if simulator.parse_template(text).single else ""
    except simulator.DefinitionError:
        return ""


def certificates(text: str) -> str:
    """Return PEM text, which holds at least one certificate and no key; empty stays empty."""
    text = text.strip()
    if len(text) > MOST_CA_BYTES:
        raise ValidationError(f"At most {MOST_CA_BYTES:,} characters of certificates.")
    if "PRIVATE KEY" in text:
        raise ValidationError("This holds a private key. Only certificates belong here.")
    if text:
        _check_certificates(text)
    return text


def stored(since: datetime | None) -> str:
    """Return what a field says of a secret that is stored, and nothing when there is none."""
    if since is None:
        return ""
    return f"Set on {date_format(localtime(since), 'j M Y')}. Leave it empty to keep it."


def _check_certificates(text: str) -> None:
    try:
        found = x509.load_pem_x509_certificates(text.encode())
    except ValueError as error:
        raise ValidationError(
            "This is no PEM certificate. It begins with -----BEGIN CERTIFICATE-----."
        ) from error
    if not found:
        raise ValidationError("There is no certificate in this text.")
