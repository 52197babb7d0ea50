"""What the mail service posts to us: events of mails, and mails that came in.

Rule: nothing is believed before its signature or its secret. A 5xx has the service try again, any
other answer ends it.
"""

import base64
import binascii
import logging
from http import HTTPStatus

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from web.mail import events as happened
from web.mail import incoming as letters
from web.mail.signatures import SIGNATURE, TIMESTAMP, is_digest_signed, is_signed
from web.mail.uploads import MOST_BYTES, Posted, fields_of
from web.platform.hooks import length_of

logger = logging.getLogger(__name__)

MOST_EVENT_BYTES = 1_500_000  # the service ends a batch at 768 kB
SHOWN_PATH = "/hooks/mail/incoming/"  # in logs: the whole address holds the secret


@csrf_exempt
@require_POST
@never_cache
def events(request: HttpRequest) -> HttpResponse:
    """Take events of mails. 403 without a good signature that is at most ten minutes old."""
    if length_of(request) > MOST_EVENT_BYTES:
        return HttpResponse(status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    now = timezone.now()
    is_good = is_signed(
        request.body,
        signature=request.headers.get(SIGNATURE, ""),
        timestamp=request.headers.get(TIMESTAMP, ""),
        keys=settings.SENDGRID_WEBHOOK_KEYS,
        now=now,
    )
    if not is_good:
        logger.warning("mail events refused")
        return HttpResponse(status=HTTPStatus.FORBIDDEN)
    try:
        told = happened.read(request.body, now=now)
    except happened.Unreadable as unreadable:
        return HttpResponse(f"{unreadable}\n", status=HTTPStatus.BAD_REQUEST)
    happened.take(told, now=now)
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


@csrf_exempt
@require_POST
@never_cache
def incoming(request: HttpRequest, secret: str = "") -> HttpResponse:
    """Take a mail that came in; the secret stands in the address, or is its password.

    Where the operators have set its keys, it is signed too: 403 without a good signature.
    """
    request.path = SHOWN_PATH
    wanted, given = settings.MAIL_INBOUND_SECRET, secret or password_of(request)
    if not wanted or not constant_time_compare(given, wanted):
        logger.warning("incoming mail refused")
        return HttpResponse(status=HTTPStatus.NOT_FOUND)
    if not 0 < length_of(request) <= MOST_BYTES:
        logger.warning("incoming mail is too large", extra={"bytes": length_of(request)})
        return HttpResponse(status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    posted = Posted(request, timestamp=request.headers.get(TIMESTAMP, ""))
    try:
        fields = fields_of(request, posted)
    except (MultiPartParserError, TooManyFieldsSent, RequestDataTooBig):
        return HttpResponse(status=HTTPStatus.BAD_REQUEST)
    if settings.MAIL_INBOUND_KEYS and not is_of_the_service(request, posted):
        logger.warning("incoming mail is not signed")
        return HttpResponse(status=HTTPStatus.FORBIDDEN)
    letter = letters.read(fields)
    result = letters.take(letter)
    logger.info("incoming mail", extra={"result": result})
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


def is_of_the_service(request: HttpRequest, posted: Posted) -> bool:
    """Return whether the mail service signed all that was posted, lately."""
    return is_digest_signed(
        posted.digest(),
        signature=request.headers.get(SIGNATURE, ""),
        timestamp=request.headers.get(TIMESTAMP, ""),
        keys=settings.MAIL_INBOUND_KEYS,
        now=timezone.now(),
    )


def password_of(request: HttpRequest) -> str:
    """Return the password of HTTP's basic authentication; empty where there is none."""
    scheme, _, coded = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return ""
    try:
        return base64.b64decode(coded, validate=True).decode().partition(":")[2]
    except (binascii.Error, ValueError):
        return ""
