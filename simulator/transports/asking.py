"""One number of a page of the receiver: how many messages it has had.

Rule: blocks, so it is called in a thread; what it waits for and reads is bounded.
"""

import json
import urllib.error
import urllib.request
from http.client import HTTPException
from math import isfinite, nan
from typing import Any

from simulator.errors import ProtocolViolation, Refused, Unreachable

ANSWER_WITHIN = 5.0  # s
MAX_ANSWER = 1_048_576  # bytes


def ask_number(url: str, path: str) -> float:
    """Return the number that an HTTP page says.

    Args:
        url: An address of http or https.
        path: Where in its JSON, names and places of lists with dots between; empty: all of it.

    Raises:
        Unreachable: No answer within ``ANSWER_WITHIN``.
        Refused: Its status is not 200.
        ProtocolViolation: What it says is no number at the path.
    """
    try:
        # The lot document takes http and https alone.
        with urllib.request.urlopen(url, timeout=ANSWER_WITHIN) as answer:  # noqa: S310
            body = answer.read(MAX_ANSWER)
    except urllib.error.HTTPError as error:
        raise Refused(f"the receiver's counter answers {error.code}") from None
    except (OSError, HTTPException, ValueError) as error:
        why = getattr(error, "reason", error)
        raise Unreachable(f"the receiver's counter does not answer: {why}") from None
    return number_in(body, path)


def number_in(body: bytes, path: str) -> float:
    """Return the number at ``path`` of a text of JSON.

    Raises:
        ProtocolViolation: There is none.
    """
    try:
        value: Any = json.loads(body)
        for name in filter(None, path.split(".")):
            value = value[int(name)] if isinstance(value, list) else value[name]
        number = float(value)
    except (ValueError, KeyError, IndexError, TypeError, OverflowError, RecursionError):
        number = nan
    if not isfinite(number):
        where = f" at {path}" if path else ""
        raise ProtocolViolation(f"the receiver's counter says no number{where}")
    return number
