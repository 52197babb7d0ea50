"""Codes: those of an app, which change each 30 s, and recovery codes, each of which holds once.

Source: RFC 6238 (TOTP) over RFC 4226 (HOTP); SHA-1, six digits and 30 s are what every app knows.
"""

import base64
import hashlib
import re
import secrets
from time import time

import segno
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from web.accounts.models import User
from web.factors.models import CodeApp, RecoveryCode
from web.platform.secrets import unseal

SECRET_BYTES = 20  # RFC 4226, section 4: 160 bits are recommended
DIGITS = 6
STEP = 30  # s
DRIFT = 1  # steps that a phone's clock may be off, either way
ISSUER = "Mocklot"
RECOVERY_CODES = 10
LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"  # none that looks like another one
GROUPS, GROUP = 4, 6  # 24 letters of 31: 118 bits, so that a plain digest holds
DIGITS_ONLY = re.compile(r"[0-9]{6}")


def new_secret() -> str:
    """Return the secret of a code app, in base32."""
    return base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode()


def totp(secret: str) -> TOTP:
    """Return what makes the codes of a secret."""
    # SHA-1 is safe inside of HMAC, and the only one that every app knows.
    return TOTP(base64.b32decode(secret), DIGITS, SHA1(), STEP)  # noqa: S303


def address_of(secret: str, user: User) -> str:
    """Return the ``otpauth://`` address that an app scans."""
    return totp(secret).get_provisioning_uri(user.email, ISSUER)


def picture_of(address: str) -> str:
    """Return the address as a QR code: SVG for the page, dark on light as cameras want it."""
    code = segno.make(address, error="m", micro=False)
    svg: str = code.svg_inline(omitsize=True, svgclass="qr", light="white", border=3)
    return svg


def step_of(secret: str, code: str, *, after: int, now: float) -> int | None:
    """Return the step that a code belongs to, near ``now``; None where it is wrong or too old.

    Args:
        secret: In base32.
        code: What was typed, six digits.
        after: The step of the last code that was taken; only later ones are good.
        now: s since 1970.
    """
    present = int(now) // STEP
    for step in range(present - DRIFT, present + DRIFT + 1):
        good = totp(secret).generate(step * STEP).decode()
        if constant_time_compare(good, code) and step > after:
            return step
    return None


def is_right(user: User, typed: str, *, now: float | None = None) -> bool:
    """Take a code of the user's app, or a recovery code; each is taken once."""
    return way_of(user, typed, now=now) != ""


def way_of(user: User, typed: str, *, now: float | None = None) -> str:
    """Take a code; return what it was, "code" or "recovery code", or nothing where it is wrong."""
    plain = re.sub(r"[\s-]", "", typed).lower()
    if DIGITS_ONLY.fullmatch(plain):
        return "code" if take_code(user, plain, now=time() if now is None else now) else ""
    return "recovery code" if take_recovery_code(user, plain) else ""


def take_code(user: User, code: str, *, now: float) -> bool:
    """Take a code of the user's app, unless it or a later one was taken before."""
    app = CodeApp.objects.filter(user=user).first()
    step = step_of(unseal(app.secret), code, after=app.step, now=now) if app else None
    if app is None or step is None:
        return False
    later = CodeApp.objects.filter(id=app.id, step__lt=step)
    return bool(later.update(step=step, last_used=timezone.now()))


def take_recovery_code(user: User, code: str) -> bool:
    """Take a recovery code, if it is one that was not used yet."""
    rows = RecoveryCode.objects.filter(user=user, digest=digest_of(code), used=None)
    return bool(rows.update(used=timezone.now()))


def new_recovery_codes() -> list[str]:
    """Return recovery codes as they are shown: "k7mq2h-4x9dpw-t3vz8b-6nacde"."""
    return [
        "-".join("".join(secrets.choice(LETTERS) for _ in range(GROUP)) for _ in range(GROUPS))
        for _ in range(RECOVERY_CODES)
    ]


def digest_of(code: str) -> str:
    """Return what is kept of a recovery code; lines between its groups do not count."""
    return hashlib.sha256(code.replace("-", "").encode()).hexdigest()
