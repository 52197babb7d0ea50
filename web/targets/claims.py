"""Claims of a JSON Web Token as people type them, one ``name: value`` a line, and back.

Rule: a number, ``true`` and ``false`` are what they look like; "7" in quotes is a text.
"""

import json
from collections.abc import Mapping
from math import isfinite
from typing import TypeAlias

Claim: TypeAlias = bool | int | float | str
MOST = 50  # simulator.Credentials takes no more


class ClaimError(ValueError):
    """A line is no claim; the text names the line and is a sentence for its author."""


def parse(text: str) -> dict[str, Claim]:
    """Return the claims of ``text`` in their order; empty lines are skipped.

    Raises:
        ClaimError: A line is no claim or comes twice, or there are too many.
    """
    claims: dict[str, Claim] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        name, colon, value = (part.strip() for part in line.partition(":"))
        if not (name and colon):
            raise ClaimError(f"Line {number}: write it as “name: value”.")
        if name in claims:
            raise ClaimError(f"Line {number}: the claim {name} stands here twice.")
        claims[name] = _value(value)
    if len(claims) > MOST:
        raise ClaimError(f"At most {MOST} claims, got {len(claims)}.")
    return claims


def text_of(claims: Mapping[str, Claim]) -> str:
    """Return ``claims`` as a form shows them, one a line."""
    return "\n".join(f"{name}: {_said(value)}" for name, value in claims.items())


def _value(text: str) -> Claim:
    try:
        value = json.loads(text)
    except ValueError:
        return text
    is_number = isinstance(value, int | float) and isfinite(value)
    return value if is_number or isinstance(value, str) else text


def _said(value: Claim) -> str:
    is_text = isinstance(value, str) and _value(value) == value and "\n" not in value
    return str(value) if is_text else json.dumps(value, ensure_ascii=False)
