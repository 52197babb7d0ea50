"""What people may ask of a log, and decide about it: limits, units, and what each refusal says."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from web.logs import index
from web.logs.models import MOST_DAYS, MOST_GIGABYTES
from web.logs.query import MOST_MOCKS, MOST_TEXT, Query
from web.runs.access import numbers_of
from web.runs.models import Run

LABELS = {
    "acknowledged": "Acknowledged",
    "sent": "Sent",
    "failed": "Failed",
    "connect": "Connected",
    "lost": "Connection lost",
    "status": "Status changed",
    "moved": "Moved to another tower",
    "gap": "Records are missing",
}
NEWEST, OLDEST = "newest", "oldest"
MOMENTS = ("%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S.%f")
MOST_WORDS = 4_000  # characters of a list of mocks


class MocksField(forms.CharField):
    """Mocks of a run by number, range or id: ``3, 17-19, cc-000042``; clean gives their numbers."""

    def __init__(self, run: Run, **options: Any) -> None:
        super().__init__(max_length=MOST_WORDS, required=False, **options)
        self._run = run

    def clean(self, value: Any) -> Any:
        words = super().clean(value).replace(",", " ").split()
        numbers = sorted({number for word in words for number in self._numbers(word)})
        if len(numbers) > MOST_MOCKS:
            raise ValidationError(f"Name at most {MOST_MOCKS} mocks; these are {len(numbers):,}.")
        return tuple(numbers)

    def _numbers(self, word: str) -> Iterable[int]:
        first, dash, last = word.partition("-")
        if word.isdecimal() and len(word) < 10:
            found: Iterable[int] = [int(word)]
        elif dash and first.isdecimal() and last.isdecimal() and len(word) < 20:
            found = range(int(first), min(int(last), int(first) + MOST_MOCKS) + 1)
        else:
            found = numbers_of(self._run, word)
        inside = [number for number in found if number < self._run.mocks]
        if not inside:
            raise ValidationError(f"This run has no mock “{word}”.")
        return inside


class Moment(forms.DateTimeField):
    """A moment in the user's time zone, to the millisecond."""

    def __init__(self, **options: Any) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local", "step": "0.001"})
        wrong = {"invalid": "Say day and time, such as 2026-11-22 20:15."}
        super().__init__(
            required=False,
            input_formats=MOMENTS,
            widget=widget,
            error_messages=wrong,
            **options,
        )

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, datetime):
            return timezone.localtime(value).isoformat(timespec="milliseconds")[:23]
        return value


class SearchForm(forms.Form):
    """Which records of a run are shown, watched or downloaded."""

    def __init__(self, run: Run, *args: Any, mock: int | None = None, **options: Any) -> None:
        """
        Args:
            run: Whose log it is.
            mock: Of whom it is alone; its number.
        """
        super().__init__(*args, **options)
        self._run = run
        self._mock = mock
        zone = timezone.get_current_timezone_name()
        words = dict(run_words(run))
        if mock is None:
            self.fields["mock"] = MocksField(run, label="Mocks", help_text="Numbers, 3-8, or ids.")
        self.fields["since"] = Moment(label=f"From ({zone})")
        self.fields["until"] = Moment(label=f"To ({zone})")
        self.fields["result"] = _choice("What", LABELS.items(), every="Everything")
        for name, label in (("reason", "Reason"), ("message", "Message"), ("status", "Status")):
            said = self.data.get(name, "")
            found = sorted({*words[name], said} - {""})
            self.fields[name] = _choice(label, zip(found, found, strict=True), every="Any")
        self.fields["text"] = forms.CharField(
            label="Text in the payload", required=False, max_length=MOST_TEXT, strip=False
        )
        self.fields["order"] = _choice(
            "Order", [(NEWEST, "Newest first"), (OLDEST, "Oldest first")], every=""
        )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        since, until = said.get("since"), said.get("until")
        if since and until and since >= until:
            self.add_error("until", "The end must come after the beginning.")
        return said

    @property
    def query(self) -> Query:
        """What is asked; of a form that is not valid, as much as makes sense."""
        said = getattr(self, "cleaned_data", {})
        mocks = said.get("mock") or () if self._mock is None else (self._mock,)
        return Query(
            mocks=mocks,
            since=said.get("since"),
            until=said.get("until"),
            results=(said["result"],) if said.get("result") in LABELS else (),
            reason=said.get("reason", ""),
            text=said.get("text", ""),
            message=said.get("message", ""),
            status=said.get("status", ""),
        )

    @property
    def is_rising(self) -> bool:
        """Whether the oldest come first."""
        return bool(getattr(self, "cleaned_data", {}).get("order") == OLDEST)

    @property
    def more(self) -> Iterator[forms.BoundField]:
        """The fields that few need, which are folded away while nothing is said in them."""
        return (self[name] for name in ("since", "until", "message", "status", "text"))

    @property
    def is_more_said(self) -> bool:
        """Whether one of ``more`` says something."""
        return any(field.data for field in self.more)


class RetentionForm(forms.Form):
    """How long, and how much, a workspace keeps of its logs."""

    days = forms.IntegerField(
        label="Days",
        required=False,
        min_value=1,
        max_value=MOST_DAYS,
        help_text="Records that are older are deleted. Empty: they are kept without an end.",
        error_messages={"invalid": "Days are a whole number, such as 90."},
    )
    gigabytes = forms.IntegerField(
        label="Gigabytes",
        required=False,
        min_value=1,
        max_value=MOST_GIGABYTES,
        help_text="When all logs together are larger, the oldest records are deleted. "
        "Empty: without a limit.",
        error_messages={"invalid": "Gigabytes are a whole number, such as 50."},
    )


class HoldForm(forms.Form):
    """Why a run is held."""

    reason = forms.CharField(
        label="Why",
        max_length=500,
        help_text="Such as the number of the case. Everybody in the workspace sees it.",
        error_messages={"required": "Say why, for those who find it in a year."},
    )


def _choice(label: str, choices: Iterable[tuple[str, str]], *, every: str) -> forms.CharField:
    """Return a field with a list to choose from; what is not in it counts as not said."""
    first = [("", every)] if every else []
    return forms.CharField(
        label=label,
        required=False,
        max_length=MOST_TEXT,
        widget=forms.Select(choices=[*first, *choices]),
    )


def run_words(run: Run) -> Iterator[tuple[str, set[str]]]:
    """Yield the reasons, messages and statuses that a run's log names so far."""
    yield "reason", index.words(run, "reasons")
    yield "message", index.words(run, "messages")
    own = {status for part in run.parts for status in part.get("statuses", [])}
    yield "status", own | index.words(run, "statuses")
