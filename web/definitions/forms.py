"""The forms of definitions: making one, and giving one another name."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from web.definitions import drafting, naming
from web.definitions.actions import LONGEST_NAME
from web.definitions.library import cards
from web.definitions.starters import STARTERS

SAMPLE = "sample"
MOST_BYTES = 2 * 1024 * 1024  # of a file
NO_NAME = "Give the definition a name."


def beginnings() -> list[tuple[str, str]]:
    """Return the words that a definition can begin with, each with its name."""
    starters = [(word, starter.name) for word, starter in STARTERS.items()]
    return [*starters, (SAMPLE, "A payload or a file"), *((c.name, c.title) for c in cards())]


class CreateForm(forms.Form):
    """A name, and where to begin: a ready definition, or what a device has sent."""

    name = forms.CharField(
        max_length=LONGEST_NAME,
        required=False,
        widget=forms.TextInput(attrs={"placeholder": "Cold-chain sensor", "autofocus": True}),
        help_text="A ready device and an exported definition bring their own; all else needs one.",
    )
    starter = forms.ChoiceField(choices=beginnings, widget=forms.RadioSelect, initial="blank")
    sample = forms.CharField(
        required=False,
        label="Payloads, a schema or a recording",
        max_length=drafting.MOST_CHARACTERS,
        strip=True,
        widget=forms.Textarea(
            attrs={
                "rows": 10,
                "spellcheck": "false",
                "placeholder": '{"Time": "2026-03-02T09:14:07", "AM2301": {"Temperature": 24.6}}',
            }
        ),
        help_text="One or more JSON messages, one a line; or a JSON Schema, an OpenAPI or DTDL "
        "document, a LoRaWAN codec, a recording as CSV, or a definition that was exported.",
    )
    file = forms.FileField(
        required=False,
        label="Or a file",
        widget=forms.FileInput(attrs={"accept": ".json,.jsonl,.ndjson,.yaml,.yml,.csv,.txt,.js"}),
    )
    draft: drafting.Draft | None = None

    def clean_name(self) -> str:
        """Return the name on one line."""
        return _on_one_line(self.cleaned_data["name"])

    def clean_file(self) -> str:
        """Return the text of the file; empty without one."""
        file = self.cleaned_data["file"]
        if not file:
            return ""
        if file.size > MOST_BYTES:
            raise ValidationError(f"A file has at most {MOST_BYTES // 1024**2} MB here.")
        try:
            return str(file.read().decode("utf-8-sig"))
        except UnicodeDecodeError as error:
            raise ValidationError("This is no text in UTF-8.") from error

    def clean(self) -> dict[str, Any]:
        """Add ``text``, the document to begin with."""
        clean = super().clean() or self.cleaned_data
        if self.errors:
            return clean
        ready = {card.name: card for card in cards()}.get(clean["starter"])
        sample = clean["file"] or clean["sample"]
        if clean["starter"] == SAMPLE or (sample and not ready):
            clean["text"] = self._from_sample(sample, clean["name"])
        elif ready:
            clean["text"] = naming.renamed(ready.text, clean["name"] or ready.title)
        elif not clean["name"]:
            self.add_error("name", NO_NAME)
        else:
            clean["text"] = naming.renamed(STARTERS[clean["starter"]].text, clean["name"])
        return clean

    def _from_sample(self, sample: str, name: str) -> str:
        if not sample:
            self.add_error("sample", "Paste something that the device has sent, or choose a file.")
            return ""
        if not name and not drafting.is_definition(sample):
            self.add_error("name", NO_NAME)
            return ""
        try:
            self.draft = drafting.draft_of(sample, name=name)
        except drafting.DraftError as error:
            self.add_error("sample", str(error))
            return ""
        return self.draft.text


class RenameForm(forms.Form):
    """Another name for a definition."""

    name = forms.CharField(max_length=LONGEST_NAME)

    def clean_name(self) -> str:
        """Return the name on one line."""
        return _on_one_line(self.cleaned_data["name"])


def _on_one_line(name: str) -> str:
    if not name.isprintable():
        raise ValidationError("A name holds no control characters.")
    return name
