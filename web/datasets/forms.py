"""What may be uploaded, and under which name."""

from pathlib import PurePosixPath
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from web.datasets.models import CREDENTIALS, MOST_BYTES, Dataset, name_is_safe
from web.datasets.sizes import size_text


class SizeForm(forms.Form):
    """How large the file is that a browser is about to send."""

    size = forms.IntegerField(
        error_messages={"required": "Say how many bytes the file has."},
    )

    def clean_size(self) -> int:
        """Return the size in bytes, 1 to ``MOST_BYTES``."""
        size: int = self.cleaned_data["size"]
        if size < 1:
            raise ValidationError("The file is empty.")
        if size > MOST_BYTES:
            raise ValidationError(
                f"The file has {size_text(size)}; at most {size_text(MOST_BYTES)} can be uploaded."
            )
        return size


class UploadForm(SizeForm):
    """A file under a new name."""

    name = forms.CharField(max_length=100, validators=[name_is_safe])
    is_credentials = forms.BooleanField(required=False)

    def clean(self) -> dict[str, Any]:
        """Take an archive as a credential table, for nothing else comes as one."""
        cleaned = super().clean() or self.cleaned_data
        ending = PurePosixPath(cleaned.get("name", "")).suffix
        if ending == ".zip":
            cleaned["is_credentials"] = True
        elif cleaned.get("is_credentials") and ending and ending not in CREDENTIALS:
            raise ValidationError("A credential table is a .csv, or a .zip with one in it.")
        return cleaned


class RenameForm(forms.Form):
    """Another name for a dataset, of the same kind of file."""

    name = forms.CharField(
        max_length=100,
        validators=[name_is_safe],
        widget=forms.TextInput(attrs={"spellcheck": "false", "autocapitalize": "off"}),
    )

    def __init__(self, *args: Any, dataset: Dataset, **kwargs: Any) -> None:
        super().__init__(*args, **{"initial": {"name": dataset.name}, **kwargs})
        self.suffix = dataset.name.rpartition(".")[2]

    def clean_name(self) -> str:
        """Return the name, which keeps its ending: what is in the file does not change."""
        name: str = self.cleaned_data["name"]
        if not name.endswith(f".{self.suffix}"):
            raise ValidationError(f"The name must still end in .{self.suffix}.")
        return name
