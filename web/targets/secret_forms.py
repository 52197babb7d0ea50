"""The form of a target's credentials: who mocks say they are, and what proves it.

Rule: a secret goes in and never comes out; an empty field keeps what is stored.
"""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils import timezone

import simulator
from web.targets import actions, checks
from web.targets.actions import Change
from web.targets.made_forms import KINDS, PLAIN, MadeForm, kind_choices
from web.targets.models import Target
from web.targets.secret_inputs import SecretText, secret_area, secret_line

MADE = ("password", "token")  # secrets that can be made for each mock
# Field -> the word of simulator.Credentials that it is stored under.
HELD = {
    "private_key": "key",
    "hmac_key": "hmac_key",
    "client_secret": "client_secret",
    "observer_password": "observer_password",
}
SHOWN = ("certificate", "observer_username")  # no secrets, but they lie beside them
_NAMES = {
    "password": "password",
    "token": "token",
    "private_key": "key",
    "hmac_key": "key",
    "client_secret": "secret",
    "observer_password": "password",
}
USER_LENGTH = 1_000  # characters, of the model


class SecretsForm(forms.Form):
    """User name, password, token, certificate and the keys of what a protocol adds.

    ``apply`` puts them into a target; ``changes`` says what to do with password and token.
    """

    username = forms.CharField(
        label="User name",
        required=False,
        max_length=USER_LENGTH,
        widget=forms.TextInput(attrs={"spellcheck": "false", "autocapitalize": "off"}),
        help_text="One for each mock where it holds {id}, {index}, a variable or a column.",
    )
    hides_username = forms.BooleanField(
        required=False,
        label="The user name is a secret",
        help_text="As an access token of ThingsBoard is. It is kept encrypted and not shown again.",
    )
    password = secret_line("Password")
    clear_password = forms.BooleanField(required=False, label="Forget the stored password")
    password_made = forms.ChoiceField(label="The password is", choices=kind_choices)
    token = secret_line("Token")
    clear_token = forms.BooleanField(required=False, label="Forget the stored token")
    token_made = forms.ChoiceField(label="The token is", choices=kind_choices)
    certificate = forms.CharField(
        label="Client certificate",
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text="PEM, the same for all mocks, its chain behind it. One in the table goes first.",
    )
    private_key = secret_area("Its private key", help_text="PEM, not encrypted.")
    hmac_key = secret_line(
        "Key of the signature",
        help_text="For “signature” below. Empty: shared_key, the mock's own of the table.",
    )
    clear_hmac_key = forms.BooleanField(required=False, label="Forget the stored key")
    client_secret = secret_line("Secret of the OAuth client", help_text="For “oauth” below.")
    clear_client_secret = forms.BooleanField(required=False, label="Forget the stored secret")
    observer_username = forms.CharField(
        label="Its user name", required=False, max_length=USER_LENGTH
    )
    observer_password = secret_line("Its password")
    clear_observer_password = forms.BooleanField(required=False, label="Forget its stored password")

    def __init__(self, data: Any, *, target: Target, initial: Mapping[str, Any]) -> None:
        self.known = actions.held_secrets(target)
        stored = {name: self.known.get(name, "") for name in SHOWN} | {
            "username": target.username,
            "hides_username": "username" in self.known,
            **{f"{name}_made": self._stored_kind(name).get("kind", PLAIN) for name in MADE},
        }
        super().__init__(data, initial={**stored, **initial})
        self._tell_stored(target)
        if "username" in self.known or (data and data.get("hides_username")):
            self.fields["username"].widget = SecretText(attrs={"autocomplete": "off"})
        self.made_password = self._kinds("password", data)
        self.made_token = self._kinds("token", data)

    @property
    def stored(self) -> dict[str, bool]:
        """Which of the further secrets are stored, by field."""
        return {name: bool(self.known.get(word)) for name, word in HELD.items()}

    @property
    def changes(self) -> dict[str, Change]:
        """What to do with ``password`` and ``token``: a new text, "" to forget, None to keep."""
        return {name: self._change(name) for name in MADE}

    def apply(self, target: Target) -> None:
        """Put user name and further secrets into the target, sealed; it is not saved."""
        clean = self.cleaned_data
        target.username = "" if clean["hides_username"] else clean["username"]
        actions.hold_secrets(target, self._held())

    def clean_username(self) -> str:
        """Return the user name, whose placeholders are known for every mock."""
        hides = bool(self.data.get("hides_username"))
        check = checks.secret_template if hides else checks.template
        return check(self.cleaned_data["username"])

    def clean_certificate(self) -> str:
        """Return the PEM text."""
        return checks.certificates(self.cleaned_data["certificate"])

    def clean(self) -> dict[str, Any]:
        """Hold what excludes each other, and the forms of secrets that are made."""
        clean = super().clean() or self.cleaned_data
        for name in (*MADE, *HELD):
            if clean.get(name) and clean.get(f"clear_{name}"):
                self.add_error(name, f"Either a new {_NAMES[name]}, or forget the stored one.")
        for name in MADE:
            chosen = self._chosen(name)
            if chosen and not chosen.is_valid():
                self.add_error(f"{name}_made", "Something is wrong with it, see below.")
        if self.data.get("protocol") == "http" and clean.get("username") and clean.get("token"):
            self.add_error("token", "Either a user name with a password, or a bearer token.")
        if "certificate" not in self.errors:
            self._check_pair(clean)
        return clean

    def _check_pair(self, clean: Mapping[str, Any]) -> None:
        """Hold the key against its certificate."""
        certificate = clean.get("certificate", "")
        key = clean.get("private_key") or self.known.get("key", "")
        if clean.get("private_key") and not certificate:
            self.add_error("certificate", "The key needs its certificate.")
        if certificate and not key:
            self.add_error("private_key", "The certificate needs its private key.")
        elif certificate:
            now = timezone.now().timestamp()
            pair = {"certificate": certificate, "key": key}
            for name, text in simulator.certificate_troubles(pair, now=now):
                self.add_error("private_key" if name == "key" else name, f"It {text}.")

    def _stored_kind(self, name: str) -> Mapping[str, Any]:
        """Return the words of a stored secret that is made, else nothing."""
        words = self.known.get(name)
        return words if isinstance(words, dict) else {}

    def _kinds(self, name: str, data: Any) -> list[MadeForm]:
        """Return the form of each kind; only that of the chosen one is held against its rules."""
        stored = self._stored_kind(name)
        chosen = data.get(f"{name}_made") if data else ""
        return [
            made(data if kind == chosen else None, prefix=f"{name}-{kind}", stored=stored)
            for kind, made in KINDS.items()
        ]

    def _chosen(self, name: str) -> MadeForm | None:
        """Return the form of the kind that was chosen; None: the secret is as it is."""
        kinds = self.made_password if name == "password" else self.made_token
        kind = self.cleaned_data.get(f"{name}_made", "")
        return next((form for form in kinds if form.kind == kind), None)

    def _change(self, name: str) -> Change:
        clean = self.cleaned_data
        if self._chosen(name):
            return ""  # one that is made takes its place
        return clean[name] or ("" if clean[f"clear_{name}"] else None)

    def _held(self) -> dict[str, Any]:
        """Return the further secrets as ``simulator.Credentials`` has them, without empty ones."""
        clean = self.cleaned_data
        held: dict[str, Any] = {name: clean[name] for name in SHOWN}
        for name, word in HELD.items():
            is_gone = clean.get(f"clear_{name}", False)
            held[word] = clean[name] or ("" if is_gone else self.known.get(word, ""))
        if not clean["certificate"]:
            held["key"] = ""
        if clean["hides_username"]:
            held["username"] = clean["username"] or self.known.get("username", "")
        for name in MADE:
            chosen = self._chosen(name)
            held[name] = chosen.words if chosen else ""
        return {word: value for word, value in held.items() if value}

    def _tell_stored(self, target: Target) -> None:
        """Say at each field that something is stored."""
        self.fields["password"].help_text = checks.stored(target.password_set)
        self.fields["token"].help_text = checks.stored(target.token_set)
        kept = [name for name, is_stored in self.stored.items() if is_stored]
        for name in [*kept, *(["username"] if "username" in self.known else [])]:
            self.fields[name].help_text = checks.stored(target.secrets_set)
