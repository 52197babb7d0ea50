"""OAuth 2.0 with the client's own credentials: where a token of all mocks comes from.

Rule: the client's secret stands in ``Credentials``, never here.
"""

from typing import Annotated, Literal
from urllib.parse import SplitResult, urlsplit

from pydantic import AfterValidator, Field

from simulator.lot.base import Model, Text
from simulator.lot.tls import Tls


def _checked(url: str) -> str:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValueError("must be an address: https://login.example/token") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        raise ValueError("must begin with https:// or http:// and a host")
    if "@" in parts.netloc or parts.fragment:
        raise ValueError("must have no user name, password or #")
    if any(ord(character) <= 0x20 for character in url):
        raise ValueError("must have no blanks")
    return url


Url = Annotated[Text, AfterValidator(_checked)]


class OAuth(Model):
    """A token endpoint, and how to ask it (RFC 6749, section 4.4).

    The token is fetched once for all mocks of a target in a tower, and renewed before it expires.
    """

    token_url: Url = Field(
        description="Address of the token endpoint: `https://login.example/token`"
    )
    client_id: Text = Field(min_length=1, description="Its secret is among the credentials")
    scope: Text = Field(default="", description="Several are separated by blanks")
    audience: Text = Field(default="", description="Which some servers want besides")
    client_auth: Literal["basic", "post"] = Field(
        default="basic",
        description="How the client says who it is: by `basic` authentication, or in the body of "
        "its `post`",
    )
    tls: Tls = Field(
        default=Tls(), description="Of the token endpoint, where its address begins with https"
    )

    @property
    def endpoint(self) -> SplitResult:
        """The parts of ``token_url``."""
        return urlsplit(self.token_url)
