"""The form of a target: its limits and its texts.

Rule: what mocks show to prove who they are is a form of its own inside of it, ``credentials``.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

import simulator
from web.datasets.models import Dataset
from web.platform import hosts
from web.platform.words import told
from web.targets import access, address, checks, headers, places
from web.targets.actions import document, words_of_fields
from web.targets.models import Target
from web.targets.protocols import PROTOCOLS, Protocol, choices
from web.targets.secret_forms import SecretsForm

MOST_OPTIONS = 50_000  # characters
MOST_WILL_BYTES = 65_535  # MQTT 3.1.1, 3.1.3.3: two bytes say how long it is
FOR_EVER = 4_294_967_295  # s; MQTT 5, 3.1.2.11.2: such a session never ends


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
        help_text="It fills in the form of a target; nothing is saved yet.",
    )

    def clean_address(self) -> dict[str, Any]:
        """Return the values of the fields that the address names."""
        try:
            return address.form_values(self.cleaned_data["address"])
        except hosts.AddressError as error:
            raise ValidationError(str(error)) from error


class TargetForm(forms.ModelForm):  # type: ignore[type-arg]
    """Everything about a target; ``credentials`` is valid whenever this is."""

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
    table: "forms.ModelChoiceField[Dataset]" = forms.ModelChoiceField(
        label="Credential table",
        queryset=Dataset.objects.none(),
        required=False,
        empty_label="none: all mocks show what stands below",
    )
    match = forms.CharField(
        label="The row's id is the mock's",
        required=False,
        max_length=1_000,
        initial="id",
        widget=forms.TextInput(attrs={"spellcheck": "false", "autocapitalize": "off"}),
        help_text="id, or a constant or variable of the definition, such as serial.",
    )
    forget_profile = forms.BooleanField(
        required=False, help_text="Then lots may also send what that service would not take."
    )
    websocket_path = forms.CharField(
        label="Path of the WebSocket",
        required=False,
        max_length=1_000,
        help_text="With a query, if one is needed. Empty: /mqtt.",
    )
    session_expiry = forms.IntegerField(
        label="Session expiry (s)",
        required=False,
        min_value=0,
        max_value=FOR_EVER,
        help_text="How long a session outlives its connection. 4294967295 is for ever.",
    )

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
            "table",
            "dealing",
            "match",
            "version",
            "client_id",
            "keep_alive",
            "clean_start",
            "session_expiry",
            "has_websocket",
            "websocket_path",
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
            "dealing": "Rows are dealt",
            "client_id": "Client id",
            "keep_alive": "Keep alive (s)",
            "clean_start": "Begin with a clean session",
            "has_websocket": "Speak inside of WebSocket",
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
            "client_id": "One for each mock: {id}, {index} and its variables are replaced.",
            "clean_start": "Off: the broker keeps subscriptions and messages between connections.",
            "will_topic": "Empty: no will. One for each mock where it holds {id} or {index}.",
            "path": "For example /ingest/v1; a message's own path follows it.",
            "acknowledge_within": "After this time without an answer a send has failed.",
        }
        widgets = {  # noqa: RUF012
            "ca": forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
            "will_payload": forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
            "host": forms.TextInput(attrs={"spellcheck": "false", "autocapitalize": "off"}),
            "dealing": forms.RadioSelect,
            "version": forms.RadioSelect,
        }

    def __init__(
        self, data: Any = None, *, instance: Target, initial: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(data, instance=instance, initial=dict(initial or {}))
        self.credentials = SecretsForm(data, target=instance, initial=initial or {})
        self.wrong_places: list[dict[str, str]] = []  # of the options
        self.initial["headers"] = headers.text_of(self.initial.get("headers") or {})
        table: Any = self.fields["table"]
        table.queryset = access.tables_of(instance.workspace)
        self.fields["forget_profile"].label = f"It is not {instance.profile_title} any more"
        for name, least, most in (("keep_alive", 5, 65_535), ("acknowledge_within", 0.1, 300)):
            self.fields[name].validators += checks.in_range(least, most)

    @property
    def with_tls(self) -> str:
        """The protocols that can be encrypted, for the page to show what belongs to them."""
        return _those(lambda protocol: protocol.has_tls)

    @property
    def with_token(self) -> str:
        """The protocols that have a token."""
        return _those(lambda protocol: protocol.has_token)

    def is_valid(self) -> bool:
        """Whether all of it can be saved; both halves say what is wrong with them."""
        is_valid = super().is_valid()
        return self.credentials.is_valid() and is_valid

    def clean_name(self) -> str:
        """Return the name, which no other target of the workspace has."""
        name: str = self.cleaned_data["name"]
        same = Target.objects.filter(workspace=self.instance.workspace, name=name)
        if same.exclude(pk=self.instance.pk).exists():
            raise ValidationError("Another target of this workspace has this name.")
        return name

    def clean_host(self) -> str:
        """Return the host without blanks and brackets."""
        return checks.sentence(hosts.host_of, self.cleaned_data["host"])

    def clean_server_name(self) -> str:
        """Return the server name, empty for the host's."""
        name: str = self.cleaned_data["server_name"]
        return checks.sentence(hosts.host_of, name) if name else ""

    def clean_client_id(self) -> str:
        """Return the client id, whose placeholders are known for every mock."""
        return checks.template(self.cleaned_data["client_id"])

    def clean_headers(self) -> dict[str, str]:
        """Return the headers by name."""
        return checks.sentence(headers.parse, self.cleaned_data["headers"])

    def clean_ca(self) -> str:
        """Return the PEM text, which holds at least one certificate."""
        return checks.certificates(self.cleaned_data["ca"])

    def clean_match(self) -> str:
        """Return what equals a row's id: the mock's own, where nothing is said."""
        return self.cleaned_data["match"].strip() or "id"

    def clean_session_expiry(self) -> int:
        """Return the seconds; 0 where nothing is said."""
        return self.cleaned_data["session_expiry"] or 0

    def clean_websocket_path(self) -> str:
        """Return the path, which begins with a slash."""
        path = _without_blanks(self.cleaned_data["websocket_path"]) or "/mqtt"
        return path if path.startswith("/") else f"/{path}"

    def clean_path(self) -> str:
        """Return the prefix: empty, or beginning with a slash and not ending with one."""
        path = _without_blanks(self.cleaned_data["path"]).rstrip("/")
        return path if not path or path.startswith("/") else f"/{path}"

    def clean_will_topic(self) -> str:
        """Return the topic, which a broker can take (MQTT 3.1.1, 3.3.2.1)."""
        topic: str = self.cleaned_data["will_topic"]
        if "#" in topic or "+" in topic:
            raise ValidationError("A topic to send to holds no + and no #.")
        return checks.template(topic)

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
        if not protocol:
            return clean
        if not clean.get("port") and "port" not in self.errors:
            over = "websocket" if protocol == "mqtt" and clean.get("has_websocket") else protocol
            clean["port"] = PROTOCOLS[over].usual_port(has_tls=has_tls)
            if clean["port"] is None:
                self.add_error("port", "This protocol has no usual port: say which.")
        if has_tls and not PROTOCOLS[protocol].has_tls:
            self.add_error("has_tls", f"{PROTOCOLS[protocol].label} is not encrypted here.")
        if protocol == "mqtt" and clean.get("session_expiry") and clean.get("version") == "3.1.1":
            self.add_error("session_expiry", "MQTT 3.1.1 has none: choose version 5, or say 0.")
        if not self.errors:
            self._check_options(clean)
        if clean.get("forget_profile") or protocol != "mqtt":
            self.instance.profile, self.instance.guidance = "", {}
        return clean

    def _check_options(self, clean: dict[str, Any]) -> None:
        """Hold the options against what the protocol has, beside the other fields."""
        known = {name: clean[name] for name in self.Meta.fields if name != "options"}
        words = simulator.target_words(clean["options"], document(Target(**known)))
        wrong = told(words, elsewhere=simulator.OF_TARGETS | words_of_fields(clean["protocol"]))
        self.wrong_places = wrong.places
        for text in wrong.sentences:
            self.add_error("options", text)
        if words.value is not None:
            for word, text in places.troubles(words.value):
                self.add_error("host" if word == "host" else "options", text)


def _those(belongs: Callable[[Protocol], bool]) -> str:
    """Return the words of the protocols that something belongs to."""
    return " ".join(word for word, protocol in PROTOCOLS.items() if belongs(protocol))


def _without_blanks(path: str) -> str:
    if any(character.isspace() or not character.isprintable() for character in path):
        raise ValidationError("A path holds no blanks; write %20 for one.")
    return path
