"""A person at the console, by HTTP: signs in, presses buttons, reads what the pages read.

Rule: only what a browser could do; forms with their CSRF token, JSON where the page fetches JSON.
"""

import http.cookiejar
import json
import re
import ssl
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from typing import Any

TIMEOUT = 30.0  # s; the platform cuts a request after as many
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


class Unexpected(Exception):
    """The console answered otherwise than a person would expect."""


class Console:
    """A session with the console at ``site``; ``tls`` says whose certificates are believed."""

    def __init__(self, site: str, *, tls: ssl.SSLContext | None = None) -> None:
        self.site = site
        self.jar = http.cookiejar.CookieJar()
        self.opener = urllib.request.build_opener(
            urllib.request.HTTPCookieProcessor(self.jar), urllib.request.HTTPSHandler(context=tls)
        )

    def get(self, path: str) -> tuple[str, bytes]:
        """Return the address where it ended, and the body.

        Raises:
            Unexpected: The answer is not a success.
        """
        return self._open(urllib.request.Request(self._url(path)))

    def read(self, path: str) -> Any:
        """Return the JSON that ``path`` answers with."""
        return json.loads(self.get(path)[1])

    def press(self, page: str, action: str, fields: Mapping[str, str] | None = None) -> str:
        """Send the form on ``page`` to ``action``; return the path where that led."""
        return urllib.parse.urlsplit(self.submit(page, action, fields)[0]).path

    def submit(
        self, page: str, action: str, fields: Mapping[str, str] | None = None
    ) -> tuple[str, bytes]:
        """Send the form on ``page`` to ``action``; return where that led, and the body.

        Raises:
            Unexpected: The page has no form, or the answer is not a success.
        """
        token = TOKEN.search(self.get(page)[1].decode())
        if token is None:
            raise Unexpected(f"{page} has no form")
        data = urllib.parse.urlencode({**(fields or {}), "csrfmiddlewaretoken": token[1]}).encode()
        request = urllib.request.Request(self._url(action), data=data)
        request.add_header("Referer", self._url(page))
        return self._open(request)

    def sign_in(self, email: str, password: str) -> None:
        """Sign in, or raise Unexpected when the console does not let this person in."""
        path = "/sign-in/"
        if self.press(path, path, {"email": email, "password": password}) == path:
            raise Unexpected(f"{email} could not sign in")

    def _url(self, path: str) -> str:
        return path if path.startswith("http") else self.site + path

    def _open(self, request: urllib.request.Request) -> tuple[str, bytes]:
        try:
            with self.opener.open(request, timeout=TIMEOUT) as answer:
                return answer.geturl(), answer.read()
        except urllib.error.HTTPError as error:
            what = f"{request.get_method()} {request.full_url}"
            raise Unexpected(f"{what} answered {error.code}") from error
