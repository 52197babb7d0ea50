"""The forms of operators who tell of an incident: limits and texts; times are of their own zone."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone

from web.status.models import STAGES, Announcement, Effect, Impact, Kind, Stage, Update
from web.status.states import CHOICES

MINUTES = "%Y-%m-%dT%H:%M"
LONGEST = timedelta(days=90)  # of an announcement: what the status page shows
AHEAD = timedelta(minutes=5)  # that clocks may differ


def moment_input() -> forms.DateTimeInput:
    return forms.DateTimeInput(attrs={"type": "datetime-local"}, format=MINUTES)


def zone_name() -> str:
    """Return the name of the reader's time zone."""
    zone = timezone.get_current_timezone()
    return zone.key if isinstance(zone, ZoneInfo) else str(zone)


class AnnouncementForm(forms.ModelForm):  # type: ignore[type-arg]
    """What an announcement says beside its updates."""

    components = forms.MultipleChoiceField(
        choices=CHOICES,
        widget=forms.CheckboxSelectMultiple,
        label="What it is about",
        error_messages={"required": "Tick at least one."},
    )

    class Meta:
        model = Announcement
        fields = ("kind", "title", "impact", "components", "begins", "ends", "effect")
        labels = {"begins": "From", "ends": "Until", "effect": "Counts in uptime as"}  # noqa: RUF012
        help_texts = {  # noqa: RUF012
            "title": "What customers notice, in a few words: “Reports are late”.",
            "effect": "Our own records count in any case. This makes the time from begin to end "
            "at least that bad; it never makes it better. Of a maintenance it is left out.",
        }
        widgets = {  # noqa: RUF012 (Django's own way)
            "begins": moment_input(),
            "ends": moment_input(),
            "title": forms.TextInput(attrs={"autofocus": True}),
        }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        zone = zone_name()
        self.fields["begins"].help_text = zone
        self.fields["ends"].help_text = f"{zone}. Empty while nobody knows."
        impact: Any = self.fields["impact"]
        impact.choices = Impact.choices
        kind: Any = self.fields["kind"]
        kind.choices = Kind.choices
        kind.disabled = self.instance.pk is not None
        effect: Any = self.fields["effect"]
        effect.choices = Effect.choices

    def clean(self) -> dict[str, Any]:
        """Hold the times against each other and against the kind."""
        clean = super().clean() or self.cleaned_data
        begins, ends = clean.get("begins"), clean.get("ends")
        if begins is None:
            return clean
        if ends and not begins <= ends <= begins + LONGEST:
            self.add_error("ends", "It ends after it begins, and lasts 90 days at most.")
        is_maintenance = clean.get("kind") == Kind.MAINTENANCE
        if is_maintenance and not ends and not self.has_error("ends"):
            self.add_error("ends", "Say until when the maintenance is planned.")
        if "begins" in self.changed_data and begins < timezone.now() - LONGEST:
            self.add_error("begins", "It began 90 days ago at most.")
        if not is_maintenance and begins > timezone.now() + AHEAD:
            self.add_error("begins", "An incident has begun. What is planned is a maintenance.")
        return clean


class UpdateForm(forms.ModelForm):  # type: ignore[type-arg]
    """What is told now; which stages there are depends on the kind."""

    class Meta:
        model = Update
        fields = ("stage", "words")
        labels = {"words": "Update"}  # noqa: RUF012
        widgets = {"words": forms.Textarea(attrs={"rows": 4})}  # noqa: RUF012

    def __init__(self, *args: Any, kind: str, **options: Any) -> None:
        super().__init__(*args, **options)
        stage: Any = self.fields["stage"]
        stage.choices = [(each.value, each.label) for each in STAGES[Kind(kind)]]


class FirstForm(AnnouncementForm):
    """A new announcement with its first update."""

    stage = forms.ChoiceField(choices=Stage.choices)
    words = forms.CharField(
        label="First update",
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="What you know, what works meanwhile, and when you tell more.",
    )

    def clean(self) -> dict[str, Any]:
        """Hold the stage against the kind too."""
        clean = super().clean()
        kind, stage = clean.get("kind"), clean.get("stage")
        if kind and stage and stage not in STAGES[Kind(kind)]:
            fitting = ", ".join(each.label for each in STAGES[Kind(kind)])
            self.add_error("stage", f"Of this kind one of these: {fitting}.")
        return clean


class PostMortemForm(forms.ModelForm):  # type: ignore[type-arg]
    """What happened and what was learnt, for everybody."""

    class Meta:
        model = Announcement
        fields = ("post_mortem",)
        labels = {"post_mortem": "Post-mortem"}  # noqa: RUF012
        help_texts = {  # noqa: RUF012
            "post_mortem": "Plain text: what happened, why, and what is done so that it does not "
            "happen again. Empty lines make paragraphs. Empty takes it away."
        }
        widgets = {"post_mortem": forms.Textarea(attrs={"rows": 12})}  # noqa: RUF012
