"""The form of a regular report."""

from typing import Any, ClassVar

from django import forms

from web.accounts.access import members_of
from web.accounts.forms import zone_choices
from web.accounts.models import User, Workspace
from web.platform.selects import LongSelect
from web.reports.models import Every, Form, Standing
from web.reports.standing.actions import MOST_SUBSCRIBERS

FORMS = [choice for choice in Form.choices if choice[0] != Form.PARQUET]  # which is of one run


class StandingForm(forms.ModelForm):  # type: ignore[type-arg]
    """Everything about a regular report, and who gets it."""

    every = forms.ChoiceField(label="How often", choices=Every.choices, widget=forms.RadioSelect)
    zone = forms.ChoiceField(
        label="Time zone",
        choices=zone_choices,
        widget=LongSelect,
        help_text="Whose days, weeks (from Monday) and months are meant; where clocks are put "
        "forward or back, a day has 23 or 25 hours.",
    )
    at = forms.TimeField(
        label="Made at",
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        help_text="Of the first day after the period, by this zone's clock.",
        error_messages={"invalid": "Say a time of the day, such as 06:00."},
    )
    form = forms.ChoiceField(label="Format", choices=FORMS)
    subscribers = forms.ModelMultipleChoiceField(
        User.objects.none(),
        label="Who gets it by mail",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Members of this workspace. Each can stop it by an answer, a link or here.",
        error_messages={"invalid_choice": "Somebody is no member of this workspace any more."},
    )

    class Meta:
        model = Standing
        fields = (
            "name",
            "every",
            "zone",
            "at",
            "content",
            "form",
            "is_packed",
            "skips_empty",
            "subscribers",
        )
        labels: ClassVar = {
            "content": "What is in it",
            "is_packed": "Compress with gzip",
            "skips_empty": "No mail about a period in which nothing was sent",
        }
        help_texts: ClassVar = {"is_packed": "A tenth of the size."}
        error_messages: ClassVar = {"name": {"required": "Give the report a name."}}

    def __init__(self, *args: Any, workspace: Workspace, by: User, **options: Any) -> None:
        """
        Args:
            workspace: Whose members there are to choose from.
            by: Who makes a new one gets it, in their zone, unless they say otherwise.
        """
        standing: Standing = options["instance"]
        subscribers = [each.user for each in standing.subscribers.all()] if standing.pk else [by]
        zone = standing.zone if standing.pk else by.time_zone
        options["initial"] = {"subscribers": subscribers, "zone": zone}
        super().__init__(*args, **options)
        choice: Any = self.fields["subscribers"]
        ids = members_of(workspace).values("user")
        choice.queryset = User.objects.filter(id__in=ids, is_active=True).order_by("name", "id")
        self.use_required_attribute = False

    def clean_subscribers(self) -> list[User]:
        """Hold how many get it."""
        chosen = list(self.cleaned_data["subscribers"])
        if len(chosen) > MOST_SUBSCRIBERS:
            raise forms.ValidationError(f"At most {MOST_SUBSCRIBERS} people get a report.")
        return chosen
