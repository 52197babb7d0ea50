"""Codes of an app and recovery codes: the RFC's vectors, clocks that are off, codes used twice."""

import base64

import pytest

from web.factors import actions, codes
from web.factors.models import CodeApp, RecoveryCode

SECRET = base64.b32encode(b"12345678901234567890").decode()  # RFC 6238, appendix B
# The RFC's codes have eight digits; six are their end.
VECTORS = [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")]


@pytest.mark.parametrize(("now", "code"), VECTORS)
def test_the_vectors_of_the_rfc_hold(now, code):
    assert codes.step_of(SECRET, code, after=0, now=now) == now // 30


@pytest.mark.parametrize(("off", "is_good"), [(-60, False), (-30, True), (30, True), (60, False)])
def test_a_clock_may_be_half_a_minute_off(off, is_good):
    step = codes.step_of(SECRET, "081804", after=0, now=1111111109 // 30 * 30 + off)

    assert (step is not None) == is_good


def test_a_code_is_taken_once(owner):
    actions.add_code_app(owner, SECRET, step=0)

    assert codes.is_right(owner, "081 804", now=1111111109)
    assert not codes.is_right(owner, "081804", now=1111111109)
    assert not codes.is_right(owner, "081804", now=1111111120)


def test_the_code_that_added_the_app_is_not_taken_again(owner):
    actions.add_code_app(owner, SECRET, step=1111111109 // 30)

    assert not codes.is_right(owner, "081804", now=1111111109)


def test_the_secret_is_sealed(owner):
    actions.add_code_app(owner, SECRET, step=0)

    assert SECRET not in CodeApp.objects.get().secret


def test_a_recovery_code_is_taken_once_however_it_is_typed(owner):
    first, second, *_ = actions.add_code_app(owner, SECRET, step=0)

    assert codes.way_of(owner, f" {first.upper()} ") == "recovery code"
    assert codes.way_of(owner, first) == ""
    assert codes.way_of(owner, second.replace("-", "")) == "recovery code"


def test_recovery_codes_are_ten_of_118_bits_and_kept_as_digests(owner):
    fresh = actions.add_code_app(owner, SECRET, step=0)

    assert len(set(fresh)) == codes.RECOVERY_CODES
    assert len(codes.LETTERS) ** len(fresh[0].replace("-", "")) > 2**112
    held = " ".join(RecoveryCode.objects.values_list("digest", flat=True))
    assert not any(code in held for code in fresh)


def test_a_code_of_somebody_else_is_wrong(owner, stranger):
    fresh = actions.add_code_app(owner, SECRET, step=0)

    assert not codes.is_right(stranger, "081804", now=1111111109)
    assert not codes.is_right(stranger, fresh[0])


def test_an_app_can_scan_the_address(owner):
    address = codes.address_of(SECRET, owner)
    picture = codes.picture_of(address)

    assert address.startswith("otpauth://totp/Mocklot:")
    assert f"secret={SECRET}" in address
    assert picture.startswith("<svg")
    assert "style" not in picture
