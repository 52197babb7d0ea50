"""The form with which somebody asks for a log, or a part of it, as a file."""

from datetime import datetime

from django import forms
from django.utils import timezone

from web.logs.forms import LABELS
from web.logs.query import Query
from web.reports.actions import Order
from web.reports.models import Form


class OrderForm(forms.Form):
    """What the file is to be."""

    form = forms.ChoiceField(
        label="Format",
        choices=Form.choices,
        initial=Form.CSV,
        help_text="CSV for spreadsheets, JSON Lines for programs, Parquet for analysis.",
    )
    is_packed = forms.BooleanField(
        label="Compress with gzip",
        required=False,
        help_text="A tenth of the size, and four times as long to make. Parquet always is.",
    )
    is_mailed = forms.BooleanField(
        label="Mail me the link when it is ready",
        required=False,
        help_text="The link holds for 7 days, for everybody who has it.",
    )

    def order(self, query: Query) -> Order:
        """Return what is asked for; of a form that is valid."""
        said = self.cleaned_data
        return Order(
            query=query,
            form=Form(said["form"]),
            is_packed=said["is_packed"],
            is_mailed=said["is_mailed"],
        )


def words_of(query: Query) -> list[tuple[str, str]]:
    """Return what a query asks for, in words: pairs of what, and which."""
    results = ", ".join(LABELS.get(kind, "Sends") for kind in query.results)
    mocks = ", ".join(f"{mock:,}" for mock in query.mocks)
    times = [("From", _moment(query.since)), ("To", _moment(query.until))]
    words = [("Reason", query.reason), ("Message", query.message), ("Status", query.status)]
    said = [
        ("Mocks", mocks),
        *times,
        ("What", results),
        *words,
        ("Text in the payload", query.text),
    ]
    return [(what, which) for what, which in said if which]


def _moment(at: datetime | None) -> str:
    return f"{timezone.localtime(at):%-d %b %Y, %H:%M:%S}" if at else ""
