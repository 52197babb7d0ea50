"""Passkeys: what a browser is asked, and whether its answer is right.

Rule: what was asked lies in the session of who was asked, and is good for one answer.

Source: W3C Web Authentication, Level 3, sections 7.1 and 7.2; the checks are python-fido2's.
"""

import json
from time import time
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from fido2.server import Fido2Server
from fido2.utils import websafe_decode, websafe_encode
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from web.accounts.models import User
from web.factors.models import Passkey

ASKED = "passkey"  # in the session: [purpose, state, when]
LIFE = 5 * 60  # s that an answer may take
MOST_ANSWER = 20_000  # bytes of an answer


class WrongAnswer(Exception):
    """The browser's answer is not right; a sentence for people."""


def server_of(request: HttpRequest) -> Fido2Server:
    """Return the checks, for the host that this request came to."""
    host = request.get_host()
    origin = f"{request.scheme}://{host}"
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdecimal() else host
    party = PublicKeyCredentialRpEntity(id=name, name="Mocklot")
    return Fido2Server(party, verify_origin=lambda came: came == origin)


def ask_to_make(request: HttpRequest, user: User) -> dict[str, Any]:
    """Return what the browser is asked to make a passkey of."""
    person = PublicKeyCredentialUserEntity(
        id=user.code.bytes, name=user.email, display_name=user.name
    )
    options, state = server_of(request).register_begin(
        person,
        credentials=[held(passkey) for passkey in user.passkeys.all()],
        resident_key_requirement=ResidentKeyRequirement.PREFERRED,
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    return asked(request, "make", state, dict(options))


def made(request: HttpRequest, answer: dict[str, Any]) -> tuple[str, str, int]:
    """Return id, public half and count of the passkey that the browser has made.

    Raises:
        WrongAnswer: It was not asked, or its answer is not right.
    """
    state = answered(request, "make")
    try:
        found = server_of(request).register_complete(state, answer)
    except (ValueError, KeyError, TypeError) as wrong:
        raise WrongAnswer("The passkey could not be made. Try again.") from wrong
    data = found.credential_data
    assert data is not None  # register_complete has looked
    return websafe_encode(data.credential_id), websafe_encode(bytes(data)), found.counter


def ask_to_show(request: HttpRequest, purpose: str, user: User | None) -> dict[str, Any]:
    """Return what the browser is asked to sign.

    Args:
        request: Whose session keeps what was asked.
        purpose: ``enter``, ``second`` or ``prove``: an answer is good for this alone.
        user: Whose passkeys; None: whoever's the browser has, and then it must know its user.
    """
    required = UserVerificationRequirement.REQUIRED
    options, state = server_of(request).authenticate_begin(
        credentials=[held(passkey) for passkey in user.passkeys.all()] if user else None,
        user_verification=UserVerificationRequirement.PREFERRED if user else required,
    )
    return asked(request, purpose, state, dict(options))


def shown(request: HttpRequest, purpose: str, answer: dict[str, Any]) -> Passkey:
    """Return the passkey that has signed what was asked; its use is noted.

    Raises:
        WrongAnswer: It was not asked, the passkey is not known, or its answer is not right.
    """
    state = answered(request, purpose)
    passkey = Passkey.objects.select_related("user").filter(credential=answer.get("id")).first()
    if passkey is None or not passkey.user.is_active:
        raise WrongAnswer("This passkey is not known here. It may have been removed.")
    try:
        server_of(request).authenticate_complete(state, [held(passkey)], answer)
        count = AuthenticationResponse.from_dict(answer).response.authenticator_data.counter
    except (ValueError, KeyError, TypeError) as wrong:
        raise WrongAnswer("The passkey's answer is not right. Try again.") from wrong
    if passkey.count and count <= passkey.count:  # section 6.1.1: a copy of it may be about
        raise WrongAnswer("This passkey seems to have been copied. Remove it, and make a new one.")
    Passkey.objects.filter(id=passkey.id).update(count=count, last_used=timezone.now())
    return passkey


def held(passkey: Passkey) -> AttestedCredentialData:
    """Return the public half of a passkey."""
    return AttestedCredentialData(websafe_decode(passkey.public))


def asked(
    request: HttpRequest, purpose: str, state: Any, options: dict[str, Any]
) -> dict[str, Any]:
    """Keep what was asked in the session; return it as the browser takes it."""
    request.session[ASKED] = [purpose, dict(state), int(time())]
    return options


def answered(request: HttpRequest, purpose: str) -> Any:
    """Return what was asked for this purpose, once.

    Raises:
        WrongAnswer: Nothing was, or too long ago.
    """
    wanted, state, at = request.session.pop(ASKED, ("", None, 0))
    if wanted != purpose or time() - at > LIFE:
        raise WrongAnswer("That took too long. Try again.")
    return state


def read(request: HttpRequest) -> dict[str, Any]:
    """Return the answer in a request's body.

    Raises:
        WrongAnswer: It is too long, or no object of JSON.
    """
    try:
        said = json.loads(request.body) if len(request.body) <= MOST_ANSWER else None
    except ValueError:
        said = None
    if not isinstance(said, dict):
        raise WrongAnswer("The browser's answer cannot be read. Try again.")
    return said
