"""The form of a lot and the rows of its parts: limits, units, and what each refusal says."""

from collections.abc import Sequence
from datetime import timedelta
from itertools import accumulate
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.formsets import BaseFormSet, formset_factory

from simulator import MAX_DURATION, MAX_MOCKS, MAX_RATE
from web.accounts.models import Workspace
from web.definitions.models import Definition
from web.lots.actions import PartPlan
from web.lots.durations import duration_text, parse_duration
from web.lots.models import MAX_PARTS, Lot
from web.lots.tags import pack, parse
from web.targets.models import Target

MAX_SEED = 2**63 - 1  # as simulator.Lot.seed
MOST_TAGS = 400  # characters of all tags of a lot
MOST_OPTIONS = 100_000  # characters; 100 faults are about 10,000
FIRST_DURATION = timedelta(minutes=5)
LONGEST = timedelta(seconds=MAX_DURATION)


class DurationText(forms.CharField):
    """A duration with its unit, as a ``timedelta`` from 0 to a week."""

    def __init__(self, *, may_be_zero: bool = False, **options: Any) -> None:
        super().__init__(max_length=40, **options)
        self.may_be_zero = may_be_zero

    def prepare_value(self, value: Any) -> Any:
        return duration_text(value) if isinstance(value, timedelta) else value

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return timedelta(0)
        try:
            duration = parse_duration("0s" if text == "0" else text)
        except ValueError as error:
            raise ValidationError(str(error)) from error
        if not duration and not self.may_be_zero:
            raise ValidationError("A lot has to last longer than 0 s.")
        if duration > LONGEST:
            raise ValidationError(f"A lot lasts at most {duration_text(LONGEST)}.")
        return duration


class LotForm(forms.ModelForm):  # type: ignore[type-arg]
    """Everything about a lot but its parts."""

    duration = DurationText(
        label="How long",
        help_text="With its unit: 30s, 5 min, 2h, 1 day.",
        error_messages={"required": "Say how long the lot runs, such as 5 min."},
    )
    ramp = DurationText(
        label="Ramp",
        required=False,
        may_be_zero=True,
        help_text="Time until the last mock is switched on. Empty: all at once.",
    )
    seed = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=MAX_SEED,
        help_text="Empty: a new one for each run. The same number makes the same messages.",
        error_messages={"invalid": "A seed is a whole number, such as 7."},
    )
    tags = forms.CharField(
        required=False,
        max_length=MOST_TAGS,
        help_text="Words such as “press night”. Its runs have them too, and what is watched is "
        "said by them.",
    )
    options = forms.CharField(
        label="Pace, orders, faults, thresholds",
        required=False,
        strip=False,
        max_length=MOST_OPTIONS,
        widget=forms.Textarea(attrs={"rows": 6, "spellcheck": "false"}),
        help_text="In YAML, such as “thresholds: [latency p99 < 200ms]” or "
        "“pace: {connect_rate: 500}”.",
    )

    class Meta:
        model = Lot
        fields = ("name", "target", "duration", "ramp", "seed", "tags", "options")
        error_messages = {  # noqa: RUF012 (Django's own way)
            "name": {"required": "Give the lot a name."},
            "target": {
                "required": "Choose where the mocks connect to.",
                "invalid_choice": "This target is not there any more. Choose another.",
            },
        }

    def __init__(self, *args: Any, workspace: Workspace, **options: Any) -> None:
        super().__init__(*args, **options)
        self.wrong_places: list[dict[str, str]] = []  # of the options
        if self.instance.pk is None:
            self.initial["duration"] = self.initial.get("duration") or FIRST_DURATION
        if not self.initial.get("ramp"):
            self.initial["ramp"] = ""
        self.initial["tags"] = str(self.initial.get("tags", "")).strip()
        choice: Any = self.fields["target"]
        choice.queryset = Target.objects.filter(workspace=workspace).order_by("name")
        choice.empty_label = "Choose a target"

    def clean_tags(self) -> str:
        """Return the tags as the column holds them."""
        try:
            return pack(parse(self.cleaned_data["tags"]))
        except ValueError as error:
            raise ValidationError(str(error)) from error

    def clean(self) -> dict[str, Any]:
        """Hold the ramp against the duration."""
        clean = super().clean() or self.cleaned_data
        ramp, duration = clean.get("ramp"), clean.get("duration")
        if ramp and duration and ramp > duration:
            self.add_error("ramp", f"The ramp is longer than the lot, {duration_text(duration)}.")
        return clean


class PartForm(forms.Form):
    """One row: a definition, how many mocks follow it, and perhaps another rate."""

    definition = forms.ModelChoiceField(
        Definition.objects.none(),
        empty_label="Choose a definition",
        error_messages={
            "required": "Choose a definition.",
            "invalid_choice": "This definition is not there any more. Choose another.",
        },
    )
    count = forms.IntegerField(
        label="Mocks",
        min_value=1,
        max_value=MAX_MOCKS,
        error_messages={
            "required": "Say how many mocks.",
            "invalid": "Write how many mocks as a whole number, such as 1000.",
            "min_value": "There has to be at least 1 mock.",
            "max_value": f"A lot holds at most {MAX_MOCKS:,} mocks.",
        },
    )
    rate = forms.FloatField(
        label="Messages/s each",
        required=False,
        help_text="Empty: as the definition says.",
        max_value=MAX_RATE,
        error_messages={
            "invalid": "Write messages per second as a number, such as 0.5.",
            "max_value": f"A mock sends at most {MAX_RATE:,.0f} messages/s.",
        },
    )

    def __init__(self, *args: Any, workspace: Workspace, **options: Any) -> None:
        super().__init__(*args, **options)
        choice: Any = self.fields["definition"]
        choice.queryset = Definition.objects.filter(workspace=workspace).order_by("name")
        # The browser must not refuse first: its words are not ours, and it stops "add part".
        self.use_required_attribute = False

    def clean_rate(self) -> float | None:
        """Return the rate; an empty field leaves the definition's own intervals."""
        rate: float | None = self.cleaned_data["rate"]
        if rate is not None and not rate > 0:
            raise ValidationError("The rate is above 0 messages/s. Empty: as the definition says.")
        return rate

    @property
    def plan(self) -> PartPlan:
        """The row as ``actions.save_lot`` takes it."""
        clean = self.cleaned_data
        return PartPlan(clean["definition"], clean["count"], clean["rate"])


class BasePartRows(BaseFormSet):  # type: ignore[type-arg]  # not subscriptable at run time
    """The parts of a lot; rows that were left empty or struck out do not count."""

    deletion_widget = forms.CheckboxInput
    _choices: list[tuple[Any, str]] | None = None  # of definitions, asked for once for all rows

    def add_fields(self, form: PartForm, index: int | None) -> None:
        super().add_fields(form, index)
        field: Any = form.fields["definition"]
        if self._choices is None:
            self._choices = [(each.pk, each.name) for each in field.queryset]
        field.choices = [("", field.empty_label), *self._choices]
        form.fields["DELETE"].label = "Leave out"

    @property
    def filled(self) -> list[PartForm]:
        """The rows that count, after validation."""
        return [form for form in self.forms if form.has_changed() and not self._is_struck(form)]

    def _is_struck(self, form: PartForm) -> bool:
        return bool(self.can_delete and self._should_delete_form(form))  # type: ignore[attr-defined]

    def clean(self) -> None:
        """Hold all parts together against the limits of a lot."""
        if any(form.errors for form in self.forms if not self._is_struck(form)):
            return
        if not self.filled:
            raise ValidationError("A lot needs at least one definition with a number of mocks.")
        self._hold_together(self.filled)

    def _hold_together(self, rows: Sequence[PartForm]) -> None:
        """Refuse the first row whose mocks are too many beside those above it."""
        counts = [form.cleaned_data["count"] for form in rows]
        for row, total in zip(rows, accumulate(counts), strict=True):
            if total > MAX_MOCKS:
                room = MAX_MOCKS - (total - row.cleaned_data["count"])
                row.add_error("count", too_many(sum(counts), room=room))
                return

    @property
    def plans(self) -> list[PartPlan]:
        """The parts as ``actions.save_lot`` takes them."""
        return [form.plan for form in self.filled]


def too_many(mocks: int, *, room: int) -> str:
    """Return the sentence at the row that goes over; ``room`` is what would fit there."""
    rest = f"so there is room for {room:,} here" if room else "and the rows above are all of them"
    return f"These are {mocks:,} mocks together; a lot holds at most {MAX_MOCKS:,}, {rest}."


PartRows = formset_factory(
    PartForm,
    formset=BasePartRows,
    extra=0,
    can_delete=True,
    max_num=MAX_PARTS,
    validate_max=True,
    absolute_max=MAX_PARTS + 5,
)


def rows_of(lot: Lot | None) -> list[dict[str, Any]]:
    """Return the initial rows: the lot's parts, or one empty row for a new lot."""
    if lot is None or lot.pk is None:
        return [{}]
    return [
        {"definition": part.definition_id, "count": part.count, "rate": part.rate}
        for part in lot.parts.all()
    ]
