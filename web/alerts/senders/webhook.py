"""By webhook: JSON, signed as drains sign; also the simple webhooks of a Slack workspace.

Rule: a redirect is not followed, and nothing of an answer but its status and Retry-After is read.
"""

import http.client

import orjson
from django.utils import timezone

from web.alerts import letters
from web.alerts.letters import Letter
from web.alerts.models import Attempt
from web.alerts.senders.base import LONGEST_WAIT, TIMEOUT, Outcome, waiting
from web.alerts.ways import Way
from web.platform.destinations import address_of
from web.platform.hosts import AddressError
from web.platform.outgoing import Connection, named, signature, words_of

AGAIN = frozenset({408, 409, 425, 429})  # of 4xx: passes by itself


def send(attempt: Attempt, way: Way, letter: Letter) -> Outcome:  # noqa: ARG001 (as all senders)
    """Post the notice as JSON with its signature."""
    body = orjson.dumps(letters.document_of(attempt))
    headers = {"Mocklot-Delivery": str(attempt.code)}
    if way.secret:
        headers["Mocklot-Signature"] = signature(way.secret, body, at=timezone.now())
    return post(way.address, body, headers)


def send_to_slack(attempt: Attempt, way: Way, letter: Letter) -> Outcome:
    """Post the notice as a message to an incoming webhook of Slack, without buttons that answer."""
    blocks = letters.slack_blocks(letter, None)
    said = {"text": letters.plain(letter.title), "blocks": blocks}
    return post(way.address, orjson.dumps(said), {"X-Request-Id": str(attempt.code)})


def post(url: str, body: bytes, headers: dict[str, str]) -> Outcome:
    """Post JSON once, within ``TIMEOUT`` s, and say what came of it."""
    try:
        address = address_of(url)
    except AddressError as error:
        return Outcome(is_sent=False, text=str(error))
    connection = Connection(address, within=TIMEOUT)
    known = {"Content-Type": "application/json", "User-Agent": "Mocklot-Notice/1"}
    try:
        connection.request("POST", address.path, body=body, headers=known | headers)
        answer = connection.getresponse()
        return outcome(answer.status, answer.getheader("Retry-After"))
    except AddressError as error:
        return Outcome(is_sent=False, text=str(error))
    except (OSError, http.client.HTTPException) as error:
        return Outcome(is_sent=False, text=words_of(error, address), may_retry=True)
    finally:
        connection.close()


def outcome(status: int, retry_after: str | None) -> Outcome:
    """Return what to do about an answer's status."""
    if 200 <= status < 300:
        return Outcome(is_sent=True, text=named(status))
    may_retry = status >= 500 or status in AGAIN
    wait = min(waiting(retry_after), LONGEST_WAIT)
    return Outcome(is_sent=False, text=named(status), may_retry=may_retry, wait=wait)
