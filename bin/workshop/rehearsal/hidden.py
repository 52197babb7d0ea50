"""Secrets that come up while a service is used: each is used once, so that it had a chance to leak.

Rule: what a person, a program or a service really sends or gets; by name, as ``Addons.secrets``.
"""

import re
import ssl
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from workshop.console import TOKEN, Console, Unexpected

GUEST = "guest@mocklot.example"
SHORTEST = 20  # characters of a part of an address that may let somebody in
KEY = re.compile(r'<pre class="code" data-wrap id="key">([^<]+)</pre>')
CODE_APP = re.compile(r'qr-secret">([A-Z2-7 ]+)<')
LINK = re.compile(r"https?://[^\s\"'<>]+")
WITHIN = 30.0  # s


def use_all(console: Console, workspace: str, *, email: str) -> dict[str, str]:
    """Make and use an API key, begin a code app, ask for a new password, invite somebody."""
    key = make_key(console, workspace)
    ask_api(console, key)
    reset = "/password/reset/"
    console.press(reset, reset, {"email": email})
    members = f"{workspace}members/"
    console.press(members, f"{members}invite/", {"email": GUEST, "role": "viewer"})
    form = TOKEN.search(console.get("/account/")[1].decode())
    return {
        "API key": key,
        "key of the code app": code_app(console),
        "token of a form": form[1] if form else "",
        **cookies(console),
    }


def make_key(console: Console, workspace: str) -> str:
    """Make an API key; return its text."""
    page = f"{workspace}keys/new/"
    fields = {"name": "nightly build", "role": "viewer", "life": "30"}
    return only(KEY, console.submit(page, page, fields)[1].decode(), "the new key")


def code_app(console: Console) -> str:
    """Return the key that an app for codes would be given."""
    return only(CODE_APP, console.get("/account/factors/app/")[1].decode(), "the app's key")


def ask_api(console: Console, key: str) -> None:
    """Use the key as a program does."""
    request = urllib.request.Request(f"{console.site}/api/v1/lots")
    request.add_header("Authorization", f"Bearer {key}")
    with console.opener.open(request, timeout=WITHIN) as answer:
        answer.read()


def post_letter(site: str, secret: str, tls: ssl.SSLContext) -> None:
    """Post a letter as the mail service does, to the address that holds the secret."""
    line = 'Content-Disposition: form-data; name="{}"\r\n\r\n{}\r\n'
    fields = {"from": "nobody@mocklot.example", "to": "nobody@reply.example", "text": "Hello"}
    parts = [f"--x\r\n{line.format(name, value)}" for name, value in fields.items()]
    request = urllib.request.Request(
        f"{site}/hooks/mail/incoming/{secret}/", data="".join([*parts, "--x--\r\n"]).encode()
    )
    request.add_header("Content-Type", "multipart/form-data; boundary=x")
    try:
        with urllib.request.urlopen(request, timeout=WITHIN, context=tls):
            pass
    except urllib.error.HTTPError as error:
        raise Unexpected(f"a letter was answered with {error.code}") from error


def cookies(console: Console) -> dict[str, str]:
    """Return what a browser keeps for this console."""
    kept = {f"cookie {one.name}": one.value or "" for one in console.jar}
    return {name: value for name, value in kept.items() if len(value) >= SHORTEST}


def of_mails(mails: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Return the tokens of all links in mails, once each."""
    text = " ".join(part["value"] for mail in mails for part in mail["content"])
    found = {part for link in LINK.findall(text) for part in parts_of(link) if is_token(part)}
    return {f"link {number} in a mail": part for number, part in enumerate(sorted(found), 1)}


def parts_of(link: str) -> list[str]:
    """Return the parts of a path, and the values of a query."""
    address = urllib.parse.urlsplit(link)
    values = [value for _, value in urllib.parse.parse_qsl(address.query)]
    return [*address.path.split("/"), *values]


def is_token(part: str) -> bool:
    """Return whether a part of an address lets in whoever knows it: long, and no row's code."""
    try:
        UUID(part)
    except ValueError:
        return len(part) >= SHORTEST
    return False


def signature_of(address: str) -> str:
    """Return the signature of a presigned address; empty where it has none."""
    query = urllib.parse.parse_qs(urllib.parse.urlsplit(address).query)
    return query.get("X-Amz-Signature", [""])[0]


def only(pattern: re.Pattern[str], text: str, what: str) -> str:
    found = pattern.search(text)
    if found is None:
        raise Unexpected(f"{what} is not on its page")
    return found[1].strip()
