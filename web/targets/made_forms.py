"""The fields of a password or token that is made for each mock, one form for each kind.

Rule: the key goes in and never comes out, unless it is only the name of a table's column.
"""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from pydantic import ValidationError as ModelError

import simulator
from web.targets import checks
from web.targets.claims import Claim, parse, text_of
from web.targets.secret_inputs import secret_area, secret_line, secret_text

HASHES = ("md5", "sha1", "sha256", "sha384", "sha512")
ENCODINGS = (("text", "text"), ("base64", "base64"), ("hex", "hex"))
OUTPUTS = (("hex", "hex"), ("base64", "base64"), ("base64url", "base64url, without = at the end"))
ALGORITHMS = (
    ("HS256", "HS256, a shared secret"),
    ("HS384", "HS384, a shared secret"),
    ("HS512", "HS512, a shared secret"),
    ("RS256", "RS256, an RSA key"),
    ("ES256", "ES256, a key of the curve P-256"),
)
TEMPLATE_LENGTH = 1_000  # characters
CLAIMS_LENGTH = 10_000  # characters
PLAIN = "plain"  # a secret that is not made
LIFE = (10, 366 * 86_400)  # s, of simulator.Credentials


def _text(label: str, *, initial: str = "", help_text: str = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        required=False,
        max_length=TEMPLATE_LENGTH,
        initial=initial,
        help_text=help_text,
        widget=forms.TextInput(attrs={"spellcheck": "false", "autocomplete": "off"}),
    )


def _choice(label: str, choices: Any, *, initial: str, help_text: str = "") -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=choices, initial=initial, help_text=help_text)


def _lifetime() -> forms.FloatField:
    return forms.FloatField(
        label="Good for (s)",
        initial=3_600,
        validators=checks.in_range(*LIFE),
        help_text="From 10 s to 366 days. A mock connects anew in time, with a new one.",
    )


class MadeForm(forms.Form):
    """What all kinds have in common: ``hidden`` is the field that never comes out."""

    kind: ClassVar[str]
    title: ClassVar[str]
    hidden: ClassVar[str] = "key"
    templates: ClassVar[tuple[str, ...]] = ()  # fields that take placeholders

    def __init__(self, data: Any, *, prefix: str, stored: Mapping[str, Any]) -> None:
        mine = stored if stored.get("kind") == self.kind else {}
        shown = {name: value for name, value in mine.items() if name != self.hidden}
        super().__init__(data, prefix=prefix, initial=self.as_typed(shown))
        self.kept: str = mine.get(self.hidden, "")
        self.fields[self.hidden].required = not (self.kept or self.usual_key())
        if self.kept:
            self.fields[self.hidden].help_text = self._told()

    @property
    def words(self) -> dict[str, Any]:
        """The secret as ``simulator.Credentials`` takes it; its form is valid."""
        return {"kind": self.kind, **self.cleaned_data}

    def as_typed(self, words: Mapping[str, Any]) -> dict[str, Any]:
        """Return stored words as the fields show them."""
        return {
            name: int(value) if isinstance(value, float) and value.is_integer() else value
            for name, value in words.items()
        }

    def usual_key(self) -> str:
        """Return the key that is meant when none was ever said; empty: there is no such."""
        return ""

    def clean(self) -> dict[str, Any]:
        """Take the stored key where none is typed, and hold all against the simulator's model."""
        clean = super().clean() or self.cleaned_data
        key = clean.get(self.hidden) or self.kept or self.usual_key()
        clean[self.hidden] = key
        self._check(self.hidden, checks.secret_template, clean)
        for name in self.templates:
            self._check(name, checks.template, clean)
        if not self.errors:
            self._hold({"kind": self.kind, **clean})
        return clean

    def _check(self, name: str, read: Any, clean: Mapping[str, Any]) -> None:
        try:
            read(clean.get(name, ""))
        except forms.ValidationError as error:
            self.add_error(name, error)

    def _hold(self, words: Mapping[str, Any]) -> None:
        """Tell what the model does not take at its field, and what is wrong with the key."""
        try:
            made = simulator.Credentials.model_validate({"password": words}).password
        except ModelError as error:
            for each in error.errors(include_input=False, include_url=False):
                place = next((step for step in each["loc"][::-1] if step in self.fields), None)
                self.add_error(str(place) if place else None, f"{each['msg']}.")
            return
        if trouble := simulator.key_trouble(made):
            self.add_error(self.hidden, f"{trouble[:1].upper()}{trouble[1:]}.")

    def _told(self) -> str:
        column = checks.placeholder(self.kept)
        if column:
            return f"Now {column}, of the credential table. Leave it empty to keep it so."
        return "It is set. Leave it empty to keep it."


class FilledForm(MadeForm):
    """A text with placeholders."""

    kind = "text"
    title = "A text with placeholders"
    hidden = "text"
    text = secret_text("Text", help_text="For example {id}-{password}; columns of the table too.")


class HmacForm(MadeForm):
    """A keyed hash."""

    kind = "hmac"
    title = "A keyed hash (HMAC)"
    templates = ("message",)
    key = secret_line("Key", help_text="Empty: {shared_key}, the mock's own of the table.")
    key_encoding = _choice("Key written in", ENCODINGS, initial="text")
    hash = _choice("Hash", [(name, name.upper()) for name in HASHES], initial="sha256")
    message = _text(
        "What is hashed",
        initial="{id}",
        help_text="Takes placeholders: {id}, columns of the table, {now} for the Unix time.",
    )
    output = _choice("Written as", OUTPUTS, initial="hex")

    def usual_key(self) -> str:
        return "{shared_key}"


class JwtForm(MadeForm):
    """A JSON Web Token."""

    kind = "jwt"
    title = "A JSON Web Token (JWT)"
    templates = ("issuer", "subject", "audience")
    algorithm = _choice("Algorithm", ALGORITHMS, initial="HS256")
    key = secret_area(
        "Key",
        help_text="A shared secret, or a private key in PEM. Empty: the mock's own of the table, "
        "{shared_key} or {key}.",
    )
    key_encoding = _choice("Shared secret written in", ENCODINGS, initial="text")
    issuer = _text("Issuer (iss)")
    subject = _text("Subject (sub)", help_text="Takes placeholders, as the next do: {id}.")
    audience = _text("Audience (aud)")
    claims = forms.CharField(
        label="Further claims",
        required=False,
        max_length=CLAIMS_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        help_text="One “name: value” a line. iat and exp are set when a token is made.",
    )
    key_id = _text("Key id (kid)")
    lifetime = _lifetime()

    def as_typed(self, words: Mapping[str, Any]) -> dict[str, Any]:
        return super().as_typed(words) | {"claims": text_of(words.get("claims", {}))}

    def clean_claims(self) -> dict[str, Claim]:
        """Return the claims by name."""
        return checks.sentence(parse, self.cleaned_data["claims"])

    def usual_key(self) -> str:
        algorithm = getattr(self, "cleaned_data", {}).get("algorithm", "HS256")
        return "{shared_key}" if algorithm.startswith("HS") else "{key}"


class SasForm(MadeForm):
    """A shared access signature of Azure."""

    kind = "sas"
    title = "A shared access signature (Azure)"
    templates = ("resource",)
    key = secret_line("Key", help_text="Base64. Empty: {shared_key}, the mock's own of the table.")
    resource = _text("Resource", initial="{host}/devices/{id}")
    policy = _text("Policy", help_text="For a key of the hub; empty for a key of the device.")
    lifetime = _lifetime()

    def usual_key(self) -> str:
        return "{shared_key}"


KINDS: dict[str, type[MadeForm]] = {
    form.kind: form for form in (FilledForm, HmacForm, JwtForm, SasForm)
}


def kind_choices() -> list[tuple[str, str]]:
    """The ways to a secret, for a form; the first is none that is made."""
    return [
        (PLAIN, "As it is, the same for all"),
        *((word, kind.title) for word, kind in KINDS.items()),
    ]
