"""The secrets of a target in the clear, as a tower's process alone has them.

Rule: never stored, never printed, in no text of an error. A secret that is a plain text is taken as
it stands, whatever brackets are in it; what is made for each mock says so by its ``kind``.
"""

from typing import Annotated, Literal, TypeAlias

from pydantic import ConfigDict, Field, field_validator

from simulator.lot.base import Model, Text

MAX_SECRET = 65_535  # bytes of a password; MQTT 3.1.1, 3.1.3.5
MAX_CLAIMS = 50
SHORTEST_LIFE = 10.0  # s; a shorter token is renewed without end, and no service gives such
LONGEST_LIFE = 366 * 86_400.0  # s

Template: TypeAlias = Annotated[str, Field(max_length=MAX_SECRET, repr=False)]
KeyText: TypeAlias = Annotated[str, Field(min_length=1, max_length=MAX_SECRET, repr=False)]
Encoding: TypeAlias = Literal["text", "base64", "hex"]
Seconds: TypeAlias = Annotated[float, Field(ge=SHORTEST_LIFE, le=LONGEST_LIFE)]


class Made(Model):
    """A secret that is made for each mock. Texts in it take placeholders.

    Besides what is fixed for a mock (``{id}``, ``{index}``, constants, variables) these are the
    columns of its row of the credential table (``{password}``, ``{shared_key}``, any other), and
    ``{now}``, the Unix time at which the connection is asked for.
    """

    model_config = ConfigDict(hide_input_in_errors=True)

    @property
    def life(self) -> float:
        """How long it is good for, in s; inf: for ever."""
        return float("inf")


class Filled(Made):
    """A text with placeholders: ``{id}-{password}``."""

    kind: Literal["text"] = "text"
    text: Template


class Hmac(Made):
    """A keyed hash of a text. Source: RFC 2104."""

    kind: Literal["hmac"] = "hmac"
    hash: Literal["md5", "sha1", "sha256", "sha384", "sha512"] = "sha256"
    key: KeyText  # takes placeholders: {shared_key} for a key of each mock's own
    key_encoding: Encoding = "text"  # how the bytes of the key are written
    message: Template = "{id}"
    output: Literal["hex", "base64", "base64url"] = "hex"


class Jwt(Made):
    """A JSON Web Token. Source: RFC 7519. ``iat`` and ``exp`` are set when it is made.

    ``key`` is the shared secret of HS256, HS384 and HS512, or a private key in PEM; ``{key}`` is
    that of the mock's row.
    """

    kind: Literal["jwt"] = "jwt"
    algorithm: Literal["HS256", "HS384", "HS512", "RS256", "ES256"] = "HS256"
    key: KeyText
    key_encoding: Encoding = "text"  # of a shared secret
    key_id: Text = ""  # kid in the header; empty: none
    issuer: Text = ""  # iss; empty: none, as with the next two
    subject: Text = ""  # sub
    audience: Text = ""  # aud
    # Further claims; a text takes placeholders, true, false and numbers stay what they are.
    claims: dict[str, bool | int | float | str] = Field(default_factory=dict, max_length=MAX_CLAIMS)
    lifetime: Seconds = 3_600.0  # s from iat to exp; a new one is made in time

    @property
    def life(self) -> float:
        return self.lifetime

    @field_validator("claims")
    @classmethod
    def _ours_stay(cls, claims: dict[str, bool | int | float | str]) -> dict[str, object]:
        for name in ("iat", "exp", "iss", "sub", "aud"):
            if name in claims:
                raise ValueError(f"the claim {name} has a field of its own")
        return dict(claims)


class Sas(Made):
    """A shared access signature of Azure: ``SharedAccessSignature sr=...&sig=...&se=...``."""

    kind: Literal["sas"] = "sas"
    key: KeyText  # base64, as Azure shows it; {shared_key} for one of each device's own
    resource: Template = "{host}/devices/{id}"
    policy: Text = ""  # skn, for a key of the hub; empty for a key of the device
    lifetime: Seconds = 3_600.0  # s; a new one is made in time

    @property
    def life(self) -> float:
        return self.lifetime


AnySecret: TypeAlias = (
    Annotated[str, Field(max_length=MAX_SECRET)]
    | Annotated[Filled | Hmac | Jwt | Sas, Field(discriminator="kind")]
)


class Credentials(Model):
    """The secrets of a target in the clear; never stored, never printed.

    Where user name, password or token are empty, those of the mock's row of the credential table
    stand in; where ``hmac_key`` is, its ``shared_key``.
    """

    model_config = ConfigDict(hide_input_in_errors=True)

    username: Text = ""  # takes placeholders, as the client id does: {id}, {site}
    password: AnySecret = Field(default="", repr=False)
    token: AnySecret = Field(default="", repr=False)  # bearer, HTTP only
    # Of the connection that observes a target's way back; empty: those of the mocks, if all of them
    # have the same.
    observer_username: Text = ""
    observer_password: str = Field(default="", max_length=MAX_SECRET, repr=False)
    # PEM, the same for all mocks; a table's own go over them.
    certificate: str = Field(default="", max_length=MAX_SECRET)
    key: str = Field(default="", max_length=MAX_SECRET, repr=False)
    hmac_key: AnySecret = Field(default="", repr=False)  # of the target's signature, HTTP only
    # Of the target's oauth, HTTP only.
    client_secret: str = Field(default="", max_length=MAX_SECRET, repr=False)
