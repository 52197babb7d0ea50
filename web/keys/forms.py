"""What the page of API keys takes."""

from datetime import timedelta
from typing import Any

from django import forms

from web.accounts.models import Role

LIVES = (("30", "30 days"), ("90", "90 days"), ("365", "A year"), ("", "Until it is revoked"))


class NewKey(forms.Form):
    name = forms.CharField(
        label="Name",
        max_length=80,
        help_text="Which program uses it, such as “nightly build”.",
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    role = forms.TypedChoiceField(
        label="May do what this role may",
        coerce=Role,
        help_text="It never may more than you: when your role changes, so does the key.",
    )
    life = forms.ChoiceField(label="Good for", choices=LIVES, initial="90", required=False)

    def __init__(self, data: Any = None, *, role: Role) -> None:
        super().__init__(data)
        allowed = [(each.value, each.label) for each in Role if role.may(each)]
        self.fields["role"].choices = allowed  # type: ignore[attr-defined]
        self.initial["role"] = Role.VIEWER

    def clean_life(self) -> timedelta | None:
        """Return how long, None without end."""
        days: str = self.cleaned_data["life"]
        return timedelta(days=int(days)) if days else None
