"""The forms of definitions: making one, and giving one another name."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from web.definitions import naming, sample
from web.definitions.actions import LONGEST_NAME
from web.definitions.starters import STARTERS

SAMPLE = "sample"


class CreateForm(forms.Form):
    """A name, and where to begin: a starter, or a payload that a device has sent."""

    name = forms.CharField(
        max_length=LONGEST_NAME,
        widget=forms.TextInput(attrs={"placeholder": "Cold-chain sensor", "autofocus": True}),
    )
    starter = forms.ChoiceField(
        choices=[(word, starter.name) for word, starter in STARTERS.items()]
        + [(SAMPLE, "A sample payload")],
        widget=forms.RadioSelect,
        initial="blank",
    )
    sample = forms.CharField(
        required=False,
        label="Sample payload",
        max_length=sample.MOST_CHARACTERS,
        strip=True,
        widget=forms.Textarea(
            attrs={
                "rows": 8,
                "spellcheck": "false",
                "placeholder": '{"Time": "2026-03-02T09:14:07", "AM2301": {"Temperature": 24.6}}',
            }
        ),
        help_text="One JSON message of a real device. Text stays, times become now, numbers wander "
        "around their value.",
    )

    def clean(self) -> dict[str, Any]:
        """Add ``text``, the document to begin with."""
        clean = super().clean() or self.cleaned_data
        if self.errors:
            return clean
        if clean["starter"] == SAMPLE or clean["sample"]:
            clean["text"] = self._from_sample(clean["sample"], clean["name"])
        else:
            clean["text"] = naming.renamed(STARTERS[clean["starter"]].text, clean["name"])
        return clean

    def _from_sample(self, payload: str, name: str) -> str:
        if not payload:
            self.add_error("sample", "Paste one JSON message of the device.")
            return ""
        try:
            return sample.definition_from(payload, name=name)
        except sample.SampleError as error:
            self.add_error("sample", str(error))
            return ""


class RenameForm(forms.Form):
    """Another name for a definition."""

    name = forms.CharField(max_length=LONGEST_NAME)

    def clean_name(self) -> str:
        """Return the name on one line."""
        name: str = self.cleaned_data["name"]
        if not name.isprintable():
            raise ValidationError("A name holds no control characters.")
        return name
