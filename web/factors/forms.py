"""What the pages of the second factor take."""

from django import forms


def code_field(label: str, help_text: str) -> forms.CharField:
    """Return a field that phones fill in by themselves."""
    attributes = {"autocomplete": "one-time-code", "autofocus": True, "spellcheck": "false"}
    widget = forms.TextInput(attrs=attributes)
    return forms.CharField(label=label, max_length=60, help_text=help_text, widget=widget)


class FirstCode(forms.Form):
    code = code_field("Code", "The six digits that the app shows now.")


class Second(forms.Form):
    code = code_field("Code", "The six digits of your app, or one of your recovery codes.")
