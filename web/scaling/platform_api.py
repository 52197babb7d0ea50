"""The platform's formation: how many dynos of which size each process has, and a change of it.

Rule: a quantity is set, never added to, so that a call that is repeated does no harm. What may
succeed later raises Busy, what will not raises Refused.
Source: the platform's API, version 3: GET and PATCH /apps/{app}/formation; 4,500 calls an hour,
then 429 with rate_limit; 409 and 422 while a release is under way.
"""

import http.client
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

import orjson
from django.conf import settings
from django.utils import timezone

from web.platform.destinations import Address, address_of
from web.platform.hosts import AddressError
from web.platform.outgoing import Connection, named, waiting, words_of

TIMEOUT = 8.0  # s for an answer; the clock has other things to do
MOST = 512_000  # bytes of an answer that are read
ACCEPT = "application/vnd.heroku+json; version=3"
WAIT = 30.0  # s after a refusal that may pass, where the answer does not say
LONGEST_WAIT = 600.0  # s that an answer can make us wait
PASSING = (409, 422, 429)  # a release is under way, or too many calls


class Busy(Exception):
    """The platform does not do it now; ``wait`` s later it may."""

    def __init__(self, words: str, *, wait: float = WAIT) -> None:
        super().__init__(words)
        self.wait = min(wait, LONGEST_WAIT)


class Refused(Exception):
    """The platform will not do it: the token, or the name of the app, is wrong."""


@dataclass(frozen=True, slots=True)
class Formation:
    """What a process has."""

    process: str
    quantity: int
    size: str


def is_set_up() -> bool:
    """Whether the app and the token are known."""
    return bool(settings.SCALER_APP and settings.SCALER_TOKEN)


def formations() -> dict[str, Formation]:
    """Return what each process of the app has, by its name.

    Raises:
        Busy: The platform does not answer now.
        Refused: It will not.
    """
    return _read(_call("GET"))


def scale(process: str, quantity: int) -> dict[str, Formation]:
    """Have a process get so many dynos; return what it has then.

    Raises:
        Busy: The platform does not do it now: a release, too many calls, no answer.
        Refused: It will not.
    """
    return _read(_call("PATCH", {"updates": [{"type": process, "quantity": quantity}]}))


def _call(method: str, body: dict[str, Any] | None = None) -> bytes:
    if not is_set_up():
        raise Refused("SCALER_APP and SCALER_TOKEN are not both set.")
    try:
        address = address_of(
            f"{settings.PLATFORM_API_URL}/apps/{quote(settings.SCALER_APP, safe='')}/formation"
        )
    except AddressError as error:
        raise Refused(str(error)) from error
    try:
        return _exchange(address, method, body)
    except (OSError, http.client.HTTPException, AddressError) as error:
        raise Busy(words_of(error, address)) from error


def _exchange(address: Address, method: str, body: dict[str, Any] | None) -> bytes:
    headers = {"Accept": ACCEPT, "Authorization": f"Bearer {settings.SCALER_TOKEN}"}
    sent = None if body is None else orjson.dumps(body)
    if sent is not None:
        headers["Content-Type"] = "application/json"
    connection = Connection(address, within=TIMEOUT)
    try:
        connection.request(method, address.path, body=sent, headers=headers)
        answer = connection.getresponse()
        told = answer.read(MOST)
        if answer.status == http.client.OK:
            return told
        raise _refusal(answer, told, now=timezone.now())
    finally:
        connection.close()


def _refusal(answer: http.client.HTTPResponse, told: bytes, *, now: datetime) -> Exception:
    words = f"The platform answers {named(answer.status)}: {_message(told)}"[:250]
    if answer.status in PASSING or answer.status >= http.client.INTERNAL_SERVER_ERROR:
        return Busy(words, wait=waiting(answer.getheader("Retry-After"), now=now) or WAIT)
    return Refused(words)


def _message(told: bytes) -> str:
    try:
        said = orjson.loads(told)
    except orjson.JSONDecodeError:
        return "no words"
    return str(said.get("message", "no words")) if isinstance(said, dict) else "no words"


def _read(told: bytes) -> dict[str, Formation]:
    try:
        rows = orjson.loads(told)
        return {
            str(row["type"]): Formation(str(row["type"]), int(row["quantity"]), _size(row))
            for row in rows
        }
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError) as error:
        raise Busy("The platform's answer is no formation.") from error


def _size(row: dict[str, Any]) -> str:
    """Return the size: a text, or under dyno_size in newer answers."""
    told = row.get("size") or (row.get("dyno_size") or {}).get("name") or ""
    return str(told).lower()[:30]
