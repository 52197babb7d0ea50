"""Holds off who guesses passwords, without shutting out whose account it is.

Each try is counted before the password is looked at. A browser that is not known counts for its
network, for the account from this network, and for the account from everywhere; a browser that the
user has signed in with before counts for itself alone. So a storm shuts the account for unknown
browsers, and for them there is a link that only the account's owner gets, by mail.

Rule: an account that does not exist is counted and answered the same.
"""

from django.conf import settings
from django.core import signing
from django.http import HttpRequest
from django.urls import reverse

from web.accounts import access, devices
from web.accounts.models import User
from web.audit.actions import note
from web.mail import actions as mail
from web.platform.addresses import client_address, network_of
from web.platform.limits import Claim, Limit, OverLimit, forget, hold

NETWORK = Limit("sign-in-network", 50, 600, "sign-ins from your network")
PAIR = Limit("sign-in-pair", 10, 900, "sign-ins to this account from your network")
ACCOUNT = Limit("sign-in-account", 30, 3_600, "sign-ins to this account")
DEVICE = Limit("sign-in-device", 10, 900, "sign-ins to this account")
LETTER = Limit("sign-in-letter", 1, 6 * 3_600, "letters")
SALT = "mocklot.admission"
LINK_LIFE = 60 * 60  # s


def claims(request: HttpRequest, email: str) -> list[Claim]:
    """Return what a try to sign in with this address counts for."""
    user = access.user_with_email(email)
    if user and (device := devices.known_device(request, user)):
        return [Claim(DEVICE, f"{email} {device}")]
    network = network_of(client_address(request))
    return [Claim(NETWORK, network), Claim(PAIR, f"{email} {network}"), Claim(ACCOUNT, email)]


def hold_try(request: HttpRequest, email: str) -> None:
    """Count a try to sign in.

    Raises:
        OverLimit: There were too many. Of the account from everywhere: its owner gets a letter
            with a link that lets them in, at most one in six hours.
    """
    try:
        hold(*claims(request, email))
    except OverLimit as over:
        if over.limit == ACCOUNT:
            send_letter(email)
        raise


def went_well(request: HttpRequest, email: str) -> None:
    """Forget the tries of who now is in; those of the network stay, for it may be shared."""
    forget(*(claim for claim in claims(request, email) if claim.limit in {PAIR, DEVICE}))


def send_letter(email: str) -> None:
    """Mail the link that lets the account's owner in, if there is such an account."""
    user = access.user_with_email(email)
    if user is None or not user.is_active:
        return
    try:
        hold(Claim(LETTER, email))
    except OverLimit:
        return
    note("account.shut_for_unknown_browsers", user=user)
    link = f"{settings.SITE_URL}{reverse('admit', args=[admission(user)])}"
    subject = "Somebody tries to sign in to your Mocklot account"
    mail.post(user.email, subject, "mail/admission", {"user": user, "link": link})


def admission(user: User) -> str:
    """Return the signed text of the link; a new password makes it useless."""
    return signing.dumps([str(user.code), devices.mark_of(user)], salt=SALT)


def admitted(token: str) -> User | None:
    """Return whom a link lets in; None where it is not ours, or too old."""
    try:
        code, mark = signing.loads(token, salt=SALT, max_age=LINK_LIFE)
    except (signing.BadSignature, ValueError):
        return None
    user = access.user_with_code(code)
    return user if user and devices.mark_of(user) == mark else None
