"""The forms of operators: prices and plans, their limits and texts."""

from datetime import date
from typing import Any, ClassVar

from django import forms
from django.utils import timezone

from web.usage.items import ITEMS, Group
from web.usage.models import Plan
from web.usage.months import month_in, month_of, named

LATEST = 24  # months ahead that a price may begin


class MonthField(forms.CharField):
    """A month that has not ended yet, as ``2026-11``."""

    def clean(self, value: Any) -> date:
        try:
            month = month_in(super().clean(value).strip())
        except ValueError:
            raise forms.ValidationError("Write a month such as 2026-11.") from None
        now = month_of(timezone.now())
        if month < now:
            raise forms.ValidationError(
                f"{month:%B %Y} is over, and keeps its prices. Choose this month or a later one."
            )
        if (month.year - now.year) * 12 + month.month - now.month > LATEST:
            raise forms.ValidationError(f"Choose one of the next {LATEST} months.")
        return month


def items() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the items as choices, by their groups."""
    return [
        (
            group.value,
            [(item.word, f"{item.title}, {item.unit}") for item in ITEMS if item.group == group],
        )
        for group in Group
    ]


class PriceForm(forms.Form):
    """A price from a month on."""

    item = forms.ChoiceField(label="Of what", choices=items)
    amount = forms.DecimalField(
        label="Price",
        required=False,
        min_value=0,
        max_value=1_000_000,
        max_digits=15,
        decimal_places=8,
        help_text="Empty: it has no price from then on.",
        widget=forms.NumberInput(attrs={"step": "any"}),
    )
    since = MonthField(
        label="From (month of UTC)",
        max_length=7,
        help_text="Months that are over keep their prices.",
        widget=forms.TextInput(attrs={"type": "month", "pattern": "\\d{4}-\\d{2}"}),
    )

    @classmethod
    def fresh(cls, item: str = "") -> "PriceForm":
        """Return the form for another price, from the present month on."""
        return cls(initial={"item": item, "since": named(month_of(timezone.now()))})


class PlanForm(forms.ModelForm):  # type: ignore[type-arg]
    """What a plan allows; an empty field is no limit."""

    # No field of the model: another default plan is no mistake, it gives way.
    is_default = forms.BooleanField(
        label="Holds for workspaces that were given no plan", required=False
    )

    class Meta:
        model = Plan
        fields: ClassVar = ["name", "mocks", "runs", "mock_hours", "messages", "log_gigabytes",
                            "stops_runs"]  # fmt: skip
        labels: ClassVar = {
            "mocks": "Mocks at once",
            "runs": "Runs at once",
            "mock_hours": "Mock-hours a month",
            "messages": "Messages a month",
            "log_gigabytes": "Logs (GB)",
            "stops_runs": "Stop live runs when the month is used up",
        }
        help_texts: ClassVar = {
            "mocks": "Of all live runs together. Empty: no limit, here and below.",
            "mock_hours": "A mock that is on for an hour is one. Months are of UTC.",
            "messages": "That were delivered.",
            "log_gigabytes": "From there on no run starts; nothing is deleted.",
            "stops_runs": "Otherwise a run that was let start goes on to its end.",
        }

    def __init__(self, data: Any = None, *, instance: Plan) -> None:
        super().__init__(data, instance=instance, initial={"is_default": instance.is_default})

    def plan(self) -> Plan:
        """Return the plan as it is to be kept, once the form is valid."""
        plan: Plan = self.instance
        plan.is_default = self.cleaned_data["is_default"]
        return plan


class GivenForm(forms.Form):
    """Which plan a workspace has."""

    plan = forms.ModelChoiceField(
        queryset=Plan.objects.all(), required=False, empty_label="The default one"
    )
