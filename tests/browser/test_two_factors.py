"""Two factors in a browser, with Chromium's own virtual authenticator and an app of the test."""

import re
from base64 import b32decode
from collections.abc import Callable
from time import time

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from playwright.sync_api import Page, expect

from tests.browser.console import Console
from tests.browser.visitor import Visitor

pytestmark = pytest.mark.parts("postgres", "pgbouncer", "redis", "s3", "mosquitto", "chromium")
PASSWORD = "a long enough one 4711"
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def plug_in(page: Page) -> None:
    """Give the browser an authenticator whose user always touches it."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})


def at_a_name(console: Console) -> str:
    """Return the console's address by a name: passkeys belong to names, not to numbers."""
    return console.site.replace("127.0.0.1", "localhost")


def signed_up(visitor: Visitor, site: str, email: str) -> None:
    visitor.page.goto(f"{site}/sign-up/")
    visitor.fill("Your name", "Olga")
    visitor.fill("E-mail address", email)
    visitor.fill("Password", PASSWORD)
    visitor.press("Make an account")
    visitor.page.wait_for_url("**/w/**")


def begun(visitor: Visitor, site: str, email: str) -> None:
    """Sign in with the password, in a browser that knows nobody any more."""
    visitor.page.context.clear_cookies()
    visitor.page.goto(f"{site}/sign-in/")
    visitor.fill("E-mail address", email)
    visitor.fill("Password", PASSWORD)
    visitor.press("Sign in")


def code_of(secret: str) -> str:
    """Return what an app shows now."""
    return TOTP(b32decode(secret), 6, SHA1(), 30).generate(int(time())).decode()


def test_a_passkey_opens_an_account_alone_and_as_the_second_factor(
    new_visitor: Callable[..., Visitor], console: Console
) -> None:
    visitor, site = new_visitor(), at_a_name(console)
    page, email = visitor.page, "passkey@example.org"
    signed_up(visitor, site, email)
    plug_in(page)

    page.goto(f"{site}/account/factors/passkeys/new/")
    visitor.fill("What you call it", "Laptop")
    visitor.press("Make the passkey")
    expect(page.locator(".recovery-codes li")).to_have_count(10)
    visitor.look("passkey")
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_role("rowheader", name="Laptop")).to_be_visible()

    page.context.clear_cookies()
    page.goto(f"{site}/sign-in/")
    visitor.press("Sign in with a passkey")
    page.wait_for_url("**/w/**")

    begun(visitor, site, email)
    page.wait_for_url("**/sign-in/second/")
    visitor.press("Use your passkey")
    page.wait_for_url("**/w/**")

    page.goto(f"{site}/account/prove/?next=/account/factors/")
    visitor.press("Use your passkey")
    page.wait_for_url("**/account/factors/")
    page.get_by_role("link", name="Remove").click()
    visitor.press("Remove")
    expect(page.get_by_text("Whoever knows your password is in")).to_be_visible()


def test_an_app_and_a_recovery_code_open_an_account(
    new_visitor: Callable[..., Visitor], console: Console
) -> None:
    visitor, site = new_visitor(javascript=False), at_a_name(console)
    page, email = visitor.page, "app@example.org"
    signed_up(visitor, site, email)

    page.goto(f"{site}/account/factors/app/")
    expect(page.locator("svg.qr")).to_be_visible()
    secret = page.locator(".qr-secret").text_content() or ""
    visitor.fill("Code", code_of(secret))
    visitor.press("Add the app")
    recovery = page.locator(".recovery-codes li").first.text_content() or ""
    assert re.fullmatch(r"(?:[0-9a-z]{6}-){3}[0-9a-z]{6}", recovery.strip())

    begun(visitor, site, email)
    visitor.fill("Code", "000000")
    visitor.press("Sign in")
    expect(page.get_by_text("This code is wrong")).to_be_visible()
    visitor.fill("Code", recovery)
    visitor.press("Sign in")
    page.wait_for_url("**/w/**")
    page.goto(f"{site}/account/sessions/")
    expect(page.get_by_text("password and recovery code")).to_be_visible()
