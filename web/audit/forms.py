"""What the page of the audit log can be filtered by."""

from typing import Any

from django import forms
from django.http import QueryDict

from web.audit.access import ALL, Query
from web.audit.models import KINDS

MINUTES = "%Y-%m-%dT%H:%M"


def moment(label: str) -> forms.DateTimeField:
    """Return a field for a moment, in the time zone of the user."""
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MINUTES)
    return forms.DateTimeField(
        label=label, required=False, widget=widget, input_formats=[MINUTES, f"{MINUTES}:%S"]
    )


class Filters(forms.Form):
    who = forms.CharField(label="Who", required=False, max_length=100)
    kind = forms.ChoiceField(
        label="What", required=False, choices=[("", "Everything"), *KINDS.items()]
    )
    text = forms.CharField(label="About or from", required=False, max_length=100)
    since = moment("From")
    until = moment("Until")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        since, until = data.get("since"), data.get("until")
        if since and until and since >= until:
            self.add_error("until", "This has to be later than the beginning.")
        return data

    @property
    def query(self) -> Query:
        """What was asked for; everything while something of it is wrong."""
        return Query(**self.cleaned_data) if self.is_valid() else ALL


def read(said: QueryDict) -> Filters:
    """Return the filters that a query string says."""
    known = {name: said.get(name, "") for name in Filters.base_fields}
    return Filters(known)
