"""One number of a page of the receiver: how many messages it has had.

Rule: blocks, so it is called in a thread; what it waits for and reads is bounded. A redirect is not
followed: it would lead where nobody has looked.
"""

import json
import ssl
from http.client import HTTPConnection, HTTPException
from math import isfinite, nan
from typing import Any
from urllib.parse import SplitResult, urlsplit

from simulator.errors import ProtocolViolation, Refused, Unreachable
from simulator.transports.gate import OPEN_GATE, Forbidden, Gate

ANSWER_WITHIN = 5.0  # s
MAX_ANSWER = 1_048_576  # bytes
OK = 200


class Page(HTTPConnection):
    """A connection to the server of a page, through a gate."""

    def __init__(self, url: SplitResult, gate: Gate) -> None:
        self._is_encrypted = url.scheme == "https"
        port = url.port or (443 if self._is_encrypted else 80)
        super().__init__(url.hostname or "", port, timeout=ANSWER_WITHIN)
        self._gate = gate

    def connect(self) -> None:
        """Connect to an address that was judged."""
        raw = self._gate.connect(self.host, self.port, timeout=ANSWER_WITHIN)
        if self._is_encrypted:
            raw = ssl.create_default_context().wrap_socket(raw, server_hostname=self.host)
        self.sock = raw


def ask_number(url: str, path: str, *, gate: Gate = OPEN_GATE) -> float:
    """Return the number that an HTTP page says.

    Args:
        url: An address of http or https.
        path: Where in its JSON, names and places of lists with dots between; empty: all of it.
        gate: What connections pass.

    Raises:
        Unreachable: No answer within ``ANSWER_WITHIN``, or nothing may be connected to there.
        Refused: Its status is not 200.
        ProtocolViolation: What it says is no number at the path.
    """
    try:
        status, body = _asked(urlsplit(url), gate)
    except Forbidden as error:
        raise Unreachable(f"the receiver's counter: {error}") from None
    except (OSError, HTTPException, ValueError) as error:
        raise Unreachable(f"the receiver's counter does not answer: {error}") from None
    if status != OK:
        raise Refused(f"the receiver's counter answers {status}")
    return number_in(body, path)


def _asked(url: SplitResult, gate: Gate) -> tuple[int, bytes]:
    page = Page(url, gate)
    try:
        page.request("GET", (url.path or "/") + (f"?{url.query}" if url.query else ""))
        answer = page.getresponse()
        return answer.status, answer.read(MAX_ANSWER)
    finally:
        page.close()


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
