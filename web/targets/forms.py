"""The form of a target: its limits and its texts.

Rule: a secret goes in and never comes out; an empty field keeps what is stored.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from cryptography import x509
from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.formats import date_format
from django.utils.timezone import localtime

import simulator
from web.platform.words import told
from web.targets import address, headers
from web.targets.actions import Change, document, words_of_fields
from web.targets.models import Target
from web.targets.protocols import PROTOCOLS, choices

T = TypeVar("T")
MOST_OPTIONS = 50_000  # characters
MOST_CA_BYTES = 100_000  # some 60 certificates
MOST_WILL_BYTES = 65_535  # MQTT 3.1.1, 3.1.3.3: two bytes say how long it is
SECRET_LENGTH = 4_000  # characters; a signed token is about 1,000


class AddressForm(forms.Form):
    """An address that fills the form, ``mqtts://user:secret@broker.example:8883``."""

    address = forms.CharField(
        label="Paste an address",
        max_length=address.LONGEST,
        widget=forms.TextInput(
            attrs={
                "placeholder": "mqtts://user:password@broker.example:8883",
                "autocomplete": "off",
                "spellcheck": "false",
            }
        ),
        help_text="It fills the fields below; nothing is saved yet.",
    )

    def clean_address(self) -> dict[str, Any]:
        """Return the values of the fields that the address names."""
        try:
            return address.form_values(self.cleaned_data["address"])
        except address.AddressError as error:
            raise ValidationError(str(error)) from error


class TargetForm(forms.ModelForm):  # type: ignore[type-arg]
    """Everything about a target. ``password`` and ``token`` are changes, see ``secrets``."""

    protocol = forms.ChoiceField(choices=choices)
    port = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=65_535,
        help_text="Empty: the protocol's usual one, such as 1883 or 8883 for MQTT.",
    )
    options = forms.CharField(
        label="Further options",
        required=False,
        strip=False,
        max_length=MOST_OPTIONS,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
        help_text="One “word: value” a line, in YAML.",
    )
    headers = forms.CharField(
        required=False,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
        help_text="One “Name: value” a line.",
    )
    password = forms.CharField(
        required=False,
        max_length=SECRET_LENGTH,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    clear_password = forms.BooleanField(required=False, label="Forget the stored password")
    token = forms.CharField(
        label="Token",
        required=False,
        max_length=SECRET_LENGTH,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )
    clear_token = forms.BooleanField(required=False, label="Forget the stored token")

    class Meta:
        model = Target
        fields = (
            "name",
            "protocol",
            "host",
            "port",
            "has_tls",
            "verify",
            "server_name",
            "ca",
            "username",
            "client_id",
            "keep_alive",
            "will_topic",
            "will_payload",
            "will_qos",
            "will_retain",
            "method",
            "path",
            "headers",
            "acknowledge_within",
            "options",
        )
        labels = {  # noqa: RUF012 (Django's own way)
            "has_tls": "Encrypt with TLS",
            "verify": "Check the certificate",
            "ca": "Own certificate authority",
            "username": "User name",
            "client_id": "Client id",
            "keep_alive": "Keep alive (s)",
            "will_topic": "Topic of the will",
            "will_payload": "Payload of the will",
            "will_qos": "QoS of the will",
            "will_retain": "Retain the will",
            "path": "Path before every path",
            "acknowledge_within": "Answer within (s)",
        }
        help_texts = {  # noqa: RUF012
            "host": "Name or address, as in broker.example or 192.0.2.7.",
            "verify": "Off: any certificate is taken, also an expired or a foreign one.",
            "server_name": "Empty: the host. Another name to ask for and to check, by SNI.",
            "ca": "PEM text. Empty: the authorities that this system trusts.",
            "username": "One for each mock where it holds {id}, {index} or a variable.",
            "client_id": "One for each mock: {id}, {index} and its variables are replaced.",
            "will_topic": "Empty: no will. One for each mock where it holds {id} or {index}.",
            "path": "For example /ingest/v1; a message's own path follows it.",
            "acknowledge_within": "After this time without an answer a send has failed.",
        }
        widgets = {  # noqa: RUF012
            "ca": forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
            "will_payload": forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
            "host": forms.TextInput(attrs={"spellcheck": "false", "autocapitalize": "off"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.wrong_places: list[dict[str, str]] = []  # of the options
        self.initial["headers"] = headers.text_of(self.initial.get("headers") or {})
        self.fields["password"].help_text = _stored(self.instance.password_set)
        self.fields["token"].help_text = _stored(self.instance.token_set)
        for name, least, most in (("keep_alive", 5, 65_535), ("acknowledge_within", 0.1, 300)):
            self.fields[name].validators += _range(least, most)

    @property
    def with_tls(self) -> str:
        """The protocols that can be encrypted, for the page to show what belongs to them."""
        return " ".join(word for word, protocol in PROTOCOLS.items() if protocol.has_tls)

    @property
    def with_token(self) -> str:
        """The protocols that have a token."""
        return " ".join(word for word, protocol in PROTOCOLS.items() if protocol.has_token)

    @property
    def secrets(self) -> dict[str, Change]:
        """What to do with ``password`` and ``token``: a new text, "" to forget, None to keep."""
        clean = self.cleaned_data
        return {
            name: clean[name] or ("" if clean[f"clear_{name}"] else None)
            for name in ("password", "token")
        }

    def clean_name(self) -> str:
        """Return the name, which no other target of the workspace has."""
        name: str = self.cleaned_data["name"]
        same = Target.objects.filter(workspace=self.instance.workspace, name=name)
        if same.exclude(pk=self.instance.pk).exists():
            raise ValidationError("Another target of this workspace has this name.")
        return name

    def clean_host(self) -> str:
        """Return the host without blanks and brackets."""
        return _sentence(address.host_of, self.cleaned_data["host"])

    def clean_server_name(self) -> str:
        """Return the server name, empty for the host's."""
        name: str = self.cleaned_data["server_name"]
        return _sentence(address.host_of, name) if name else ""

    def clean_client_id(self) -> str:
        """Return the client id, whose placeholders are known for every mock."""
        return _checked_template(self.cleaned_data["client_id"])

    def clean_username(self) -> str:
        """Return the user name, whose placeholders are known for every mock."""
        return _checked_template(self.cleaned_data["username"])

    def clean_headers(self) -> dict[str, str]:
        """Return the headers by name."""
        return _sentence(headers.parse, self.cleaned_data["headers"])

    def clean_ca(self) -> str:
        """Return the PEM text, which holds at least one certificate."""
        text: str = self.cleaned_data["ca"].strip()
        if len(text) > MOST_CA_BYTES:
            raise ValidationError(f"At most {MOST_CA_BYTES:,} characters of certificates.")
        if text and "PRIVATE KEY" in text:
            raise ValidationError("This holds a private key. Only certificates belong here.")
        if text:
            _check_certificates(text)
        return text

    def clean_path(self) -> str:
        """Return the prefix: empty, or beginning with a slash and not ending with one."""
        path: str = self.cleaned_data["path"].rstrip("/")
        if any(character.isspace() or not character.isprintable() for character in path):
            raise ValidationError("A path holds no blanks; write %20 for one.")
        return path if not path or path.startswith("/") else f"/{path}"

    def clean_will_topic(self) -> str:
        """Return the topic, which a broker can take (MQTT 3.1.1, 3.3.2.1)."""
        topic: str = self.cleaned_data["will_topic"]
        if "#" in topic or "+" in topic:
            raise ValidationError("A topic to send to holds no + and no #.")
        return _checked_template(topic)

    def clean_will_payload(self) -> str:
        """Return the payload, which fits into MQTT's CONNECT."""
        payload: str = self.cleaned_data["will_payload"]
        if (size := len(payload.encode())) > MOST_WILL_BYTES:
            raise ValidationError(f"A will has at most {MOST_WILL_BYTES:,} bytes, not {size:,}.")
        return payload

    def clean(self) -> dict[str, Any]:
        """Fill in the port that protocol and TLS mean, and hold what excludes each other."""
        clean = super().clean() or self.cleaned_data
        protocol, has_tls = clean.get("protocol"), clean.get("has_tls", False)
        if protocol and not clean.get("port") and "port" not in self.errors:
            clean["port"] = PROTOCOLS[protocol].usual_port(has_tls=has_tls)
            if clean["port"] is None:
                self.add_error("port", "This protocol has no usual port: say which.")
        if has_tls and protocol and not PROTOCOLS[protocol].has_tls:
            self.add_error("has_tls", f"{PROTOCOLS[protocol].label} is not encrypted here.")
        for name in ("password", "token"):
            if clean.get(name) and clean.get(f"clear_{name}"):
                self.add_error(name, f"Either a new {name}, or forget the stored one.")
        if protocol == "http" and clean.get("username") and clean.get("token"):
            self.add_error("token", "Either a user name with a password, or a bearer token.")
        if not self.errors:
            self._check_options(clean)
        return clean

    def _check_options(self, clean: dict[str, Any]) -> None:
        """Hold the options against what the protocol has, beside the other fields."""
        known = {name: clean[name] for name in self.Meta.fields if name != "options"}
        words = simulator.target_words(clean["options"], document(Target(**known)))
        wrong = told(words, elsewhere=simulator.OF_TARGETS | words_of_fields(clean["protocol"]))
        self.wrong_places = wrong.places
        for text in wrong.sentences:
            self.add_error("options", text)


def _range(least: float, most: float) -> list[Any]:
    return [MinValueValidator(least), MaxValueValidator(most)]


def _sentence(read: Callable[[str], T], text: str) -> T:
    """Return what ``read`` makes of the text; its refusal becomes the field's."""
    try:
        return read(text)
    except ValueError as error:
        raise ValidationError(str(error)) from error


def _checked_template(text: str) -> str:
    """Return a text with placeholders; what they are of, a lot's definitions and table say."""
    try:
        simulator.parse_template(text)
    except simulator.DefinitionError as error:
        raise ValidationError(f"{error}.") from error
    return text


def _stored(since: datetime | None) -> str:
    """Return what a field says of a secret that is stored, and nothing when there is none."""
    if since is None:
        return ""
    return f"Set on {date_format(localtime(since), 'j M Y')}. Leave it empty to keep it."


def _check_certificates(text: str) -> None:
    try:
        certificates = x509.load_pem_x509_certificates(text.encode())
    except ValueError as error:
        raise ValidationError(
            "This is no PEM certificate. It begins with -----BEGIN CERTIFICATE-----."
        ) from error
    if not certificates:
        raise ValidationError("There is no certificate in this text.")
