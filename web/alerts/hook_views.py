"""What Slack and Twilio tell us: a pressed button, a call to speak in, a pressed key.

Rule: nothing is believed before its signature, and an answer comes at once: one conditional
update, and all that takes longer is a job. Slack waits for 3 s, Twilio for 15.
"""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from functools import wraps
from http import HTTPStatus
from typing import Any
from uuid import UUID

import orjson
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from slack_sdk.signature import SignatureVerifier
from twilio.request_validator import RequestValidator

from web.alerts import access, actions, speech, ways
from web.platform.hooks import length_of

logger = logging.getLogger(__name__)

MOST_BODY = 100_000  # bytes; an interaction has some thousand
MOST_STAMP = 20  # characters of a signature's time
STAMP = "X-Slack-Request-Timestamp"


def small(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Return a view that is posted to without a cookie, ``MOST_BODY`` bytes at most."""

    @csrf_exempt
    @require_POST
    @never_cache
    @wraps(view)
    def held(request: HttpRequest, *args: Any, **more: Any) -> HttpResponse:
        if length_of(request) > MOST_BODY:
            return HttpResponse(status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        return view(request, *args, **more)

    return held


@small
def slack(request: HttpRequest, account: str) -> HttpResponse:
    """Take a pressed button. 403 without a good signature that is at most five minutes old."""
    if not is_from_slack(request, account):
        logger.warning("slack signature refused")
        return HttpResponse(status=HTTPStatus.FORBIDDEN)
    pressed = button_of(request.POST.get("payload", ""))
    if pressed is None:  # a button that only opens a page, or something that we did not ask for
        return HttpResponse()
    incident, who = pressed
    found = access.incident_of_account(account, incident)
    if found is not None:
        moment = datetime.fromtimestamp(int(request.headers[STAMP]), UTC)
        actions.acknowledge_in_slack(found, who=who, pressed=moment)
    return HttpResponse()


def is_from_slack(request: HttpRequest, account: str) -> bool:
    """Return whether Slack signed this very body for this account, lately."""
    secret = ways.signing_secret(known_account(account))
    stamp = request.headers.get(STAMP, "")
    signature = request.headers.get("X-Slack-Signature", "")
    if not secret or not signature.isascii() or not is_moment(stamp):
        return False
    try:
        return SignatureVerifier(secret).is_valid(request.body, stamp, signature)
    except UnicodeDecodeError:
        return False


def is_moment(stamp: str) -> bool:
    """Return whether a signature's time is a number of s, of a length that can be read."""
    return stamp.isascii() and stamp.isdecimal() and len(stamp) <= MOST_STAMP


def button_of(payload: str) -> tuple[UUID, str] | None:
    """Return the incident to acknowledge, and who pressed; None where that is not what it says."""
    try:
        said: dict[str, Any] = orjson.loads(payload)
        if said["type"] != "block_actions":
            return None
        pressed = next(each for each in said["actions"] if each["action_id"] == "acknowledge")
        user = said["user"]
        name = str(user.get("name") or user.get("username") or user["id"])
        return UUID(pressed["value"]), name[:80]
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError, ValueError, StopIteration):
        return None


@small
def phone_say(request: HttpRequest, account: str, attempt: UUID) -> HttpResponse:
    """Answer with what is said into a call; whoever took it may be a voicemail."""
    found = access.call_of(account, attempt, proved(request, account))
    actions.note_call(found, "answered")
    return xml(speech.said(found, account))


@small
def phone_key(request: HttpRequest, account: str, attempt: UUID) -> HttpResponse:
    """Take a key press: 1 acknowledges, another has it said again."""
    found = access.call_of(account, attempt, proved(request, account))
    if request.POST.get("Digits") != speech.KEY:
        return xml(speech.said(found, account))
    return xml(speech.thanked(is_first=actions.acknowledge_by_phone(found)))


@small
def phone_status(request: HttpRequest, account: str, attempt: UUID) -> HttpResponse:
    """Keep how far a call is: ringing, answered, busy, no-answer, completed."""
    found = access.call_of(account, attempt, proved(request, account))
    actions.note_call(found, request.POST.get("CallStatus", ""))
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


def proved(request: HttpRequest, account: str) -> str:
    """Return the call's name, once Twilio's signature of this address and body has been checked.

    Raises:
        PermissionDenied: It has none that is good.
    """
    token = ways.auth_token(known_account(account))
    signature = request.headers.get("X-Twilio-Signature", "")
    url = settings.SITE_URL + request.get_full_path()
    if not token or not RequestValidator(token).validate(url, request.POST, signature):
        logger.warning("twilio signature refused")
        raise PermissionDenied("no good signature")
    return str(request.POST.get("CallSid", ""))


def known_account(account: str) -> str:
    """Return an account's code, or ``service``. Raises Http404: it is neither."""
    if account == ways.SERVICE:
        return account
    try:
        return str(UUID(account))
    except ValueError as error:
        raise Http404("no such account") from error


def xml(text: str) -> HttpResponse:
    """Return TwiML."""
    return HttpResponse(text, content_type="text/xml; charset=utf-8")
