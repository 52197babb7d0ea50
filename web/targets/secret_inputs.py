"""Controls for secrets: what is typed goes in, and no page shows it again.

Rule: a secret goes in and never comes out; an empty field keeps what is stored.
"""

from typing import Any

from django import forms

SECRET_LENGTH = 4_000  # characters; a signed token is about 1,000
PEM_LENGTH = 65_535  # characters; simulator.Credentials takes no more


class SecretText(forms.TextInput):
    """A line that is seen while it is typed, for placeholders stand in it."""

    def format_value(self, value: Any) -> None:
        del value


class SecretArea(forms.Textarea):
    """Lines, as those of a key in PEM."""

    def format_value(self, value: Any) -> str:
        del value
        return ""


def secret_line(label: str, *, help_text: str = "", most: int = SECRET_LENGTH) -> forms.CharField:
    """Return a field for a line that nobody reads over a shoulder."""
    return forms.CharField(
        label=label,
        required=False,
        strip=False,
        max_length=most,
        help_text=help_text,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


def secret_text(label: str, *, help_text: str = "") -> forms.CharField:
    """Return a field for a secret line with placeholders."""
    widget = SecretText(attrs={"autocomplete": "off", "spellcheck": "false"})
    return forms.CharField(
        label=label,
        required=False,
        strip=False,
        max_length=SECRET_LENGTH,
        help_text=help_text,
        widget=widget,
    )


def secret_area(label: str, *, help_text: str = "") -> forms.CharField:
    """Return a field for secret lines."""
    widget = SecretArea(attrs={"rows": 4, "autocomplete": "off", "spellcheck": "false"})
    return forms.CharField(
        label=label, required=False, max_length=PEM_LENGTH, help_text=help_text, widget=widget
    )
