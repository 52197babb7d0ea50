"""The only reader of the process environment.

Every reader is typed, takes a safe default, and stops the start by name when the value makes no
sense. An empty variable counts as one that is not set.
"""

import os
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured

TRUTHS = {"true": True, "1": True, "yes": True, "false": False, "0": False, "no": False}


def text(*names: str, default: str = "") -> str:
    """Return the first variable of ``names`` that is set, without blanks around it."""
    for name in names:
        if value := os.environ.get(name, "").strip():
            return value
    return default


def flag(name: str, *, default: bool) -> bool:
    """Return a truth value: true, 1, yes, false, 0 or no in any case.

    Raises:
        ImproperlyConfigured: It is something else.
    """
    value = text(name)
    if not value:
        return default
    if value.lower() not in TRUTHS:
        raise ImproperlyConfigured(f"{name} must be true or false, got {value!r}")
    return TRUTHS[value.lower()]


def number(name: str, *, default: int, least: int, most: int) -> int:
    """Return a whole number from ``least`` to ``most``.

    Raises:
        ImproperlyConfigured: It is not a number, or outside of the range.
    """
    value = text(name)
    if not value:
        return default
    if not value.lstrip("-").isdecimal() or not least <= int(value) <= most:
        raise ImproperlyConfigured(
            f"{name} must be a whole number from {least} to {most}, got {value!r}"
        )
    return int(value)


def choice(name: str, *, default: str, allowed: tuple[str, ...]) -> str:
    """Return one of ``allowed``.

    Raises:
        ImproperlyConfigured: It is none of them.
    """
    value = text(name, default=default)
    if value not in allowed:
        raise ImproperlyConfigured(f"{name} must be one of {', '.join(allowed)}, got {value!r}")
    return value


def words(name: str) -> list[str]:
    """Return what stands between the commas, without blanks and empty entries."""
    return [word.strip() for word in text(name).split(",") if word.strip()]


def url(*names: str, schemes: tuple[str, ...], default: str = "") -> str:
    """Return an address whose scheme is one of ``schemes``, without a slash at its end.

    Raises:
        ImproperlyConfigured: The scheme is another, or there is no host. The value is not in the
            text, for it may hold a password.
    """
    for name in names:
        if value := text(name):
            parts = urlsplit(value)
            if parts.scheme not in schemes or not (parts.netloc or parts.path):
                raise ImproperlyConfigured(
                    f"{name} must be an address that begins with {' or '.join(schemes)}://"
                )
            return value.rstrip("/")
    return default


CONTACTS = ("phone", "mail", "slack", "webhook")


def people(name: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return people with their contacts, in order: (name, [(kind, address), ...]).

    Written as ``Anna phone:+819012345678 mail:anna@example.org; Ben mail:ben@example.org``; a kind
    is one of ``CONTACTS``.

    Raises:
        ImproperlyConfigured: Somebody has no name or no contact, or a kind is unknown. The
            addresses are not in the text.
    """
    return [_person(name, entry.split()) for entry in text(name).split(";") if entry.strip()]


def _person(variable: str, words: list[str]) -> tuple[str, list[tuple[str, str]]]:
    names = [word for word in words if ":" not in word]
    ways = [tuple(word.split(":", 1)) for word in words if ":" in word]
    if not names or not ways:
        raise ImproperlyConfigured(
            f"{variable} must name each person with a contact, as Anna phone:+819012345678"
        )
    for kind, address in ways:
        if kind not in CONTACTS or not address:
            raise ImproperlyConfigured(
                f"{variable} must have contacts of {', '.join(CONTACTS)} with an address, "
                f"got {kind!r} for {' '.join(names)}"
            )
    return " ".join(names), [(kind, address) for kind, address in ways]
