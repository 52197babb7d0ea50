"""The forms of watches: their limits and texts, one row for each kind of rule."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from web.accounts.models import Workspace
from web.alerts import access
from web.alerts.incidents import MOST_COMMENT
from web.alerts.kinds import OF_WATCHES, REMEDIES, Kind, Remedy
from web.alerts.models import Rule, Watch
from web.alerts.recovery import MOST_BUDGET
from web.lots.tags import parse

DAY = 86_400  # s
HOUR = 3_600  # s
MOST_LEAST = 1_000_000_000  # sends


class Span(forms.IntegerField):
    """A duration in whole seconds (or minutes, by ``unit``), as a ``timedelta``."""

    def __init__(self, *, unit: int = 1, most: int = DAY, **options: Any) -> None:
        super().__init__(min_value=0, max_value=most, **options)
        self.unit = unit

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, timedelta):
            return int(value.total_seconds()) // self.unit
        return value

    def clean(self, value: Any) -> Any:
        number = super().clean(value)
        return timedelta(seconds=(number or 0) * self.unit)


class WatchForm(forms.ModelForm):  # type: ignore[type-arg]
    """Everything about a watch but its rules."""

    tag = forms.CharField(
        required=False,
        max_length=30,
        help_text="Lots and runs with this tag are watched. Empty: all of them.",
    )
    calm = Span(
        label="Calm for (s)",
        most=DAY,
        help_text="How long all has to be well before an incident is over.",
    )
    reopen_within = Span(
        label="Open again within (min)",
        unit=60,
        most=DAY // 60,
        help_text="The same trouble within this time opens the old incident again.",
    )

    class Meta:
        model = Watch
        fields = ("name", "tag", "is_on", "chain", "channels", "calm", "reopen_within")
        labels = {"is_on": "Watch now", "chain": "Ring", "channels": "Tell"}  # noqa: RUF012
        help_texts = {  # noqa: RUF012 (Django's own way)
            "chain": "The people of this chain are rung until somebody acknowledges.",
        }
        widgets = {"channels": forms.CheckboxSelectMultiple}  # noqa: RUF012
        error_messages = {"name": {"required": "Give the watch a name."}}  # noqa: RUF012

    def __init__(self, *args: Any, workspace: Workspace, **options: Any) -> None:
        super().__init__(*args, **options)
        chain: Any = self.fields["chain"]
        chain.queryset = access.chains_of(workspace)
        chain.empty_label = "Nobody"
        channels: Any = self.fields["channels"]
        channels.queryset = access.team_channels_of(workspace)
        channels.label_from_instance = channel_label

    def clean_tag(self) -> str:
        """Return one tag or none."""
        try:
            tags = parse(self.cleaned_data["tag"])
        except ValueError as error:
            raise ValidationError(str(error)) from error
        if len(tags) > 1:
            raise ValidationError("A watch is for one tag. Make another for another one.")
        return tags[0] if tags else ""


def channel_label(channel: Any) -> str:
    """Return how a channel is called where it can be chosen."""
    unproved = "" if channel.verified else ", not proved yet"
    return f"{channel.name} ({channel.get_kind_display()}{unproved})"


class RuleForm(forms.Form):
    """One kind of rule; it has the fields that its kind has."""

    is_on = forms.BooleanField(required=False)

    def __init__(self, data: Any, *, kind: Kind, rule: Rule | None, is_new: bool) -> None:
        super().__init__(data, prefix=kind.word, initial=first_values(kind, rule, is_new=is_new))
        self.kind = kind
        self.rule = rule
        self.fields["is_on"].label = kind.title
        self.fields["is_on"].help_text = kind.text
        for name, field in fields_of(kind):
            self.fields[name] = field
        self.use_required_attribute = False

    @property
    def details(self) -> Iterator[forms.BoundField]:
        """Its fields but the one that switches it on."""
        return (field for field in self if field.name != "is_on")

    def clean(self) -> dict[str, Any]:
        """Hold both limits against each other; what is off may say anything."""
        clean = super().clean() or self.cleaned_data
        if not clean.get("is_on"):
            self.errors.clear()
            return clean
        limit, clear = clean.get("limit"), clean.get("clear")
        if limit is not None and clear is not None and clear > limit:
            self.add_error("clear", f"It is fine again at {limit:g} at most, the limit itself.")
        return clean

    @property
    def plan(self) -> Rule | None:
        """The rule as it is to be stored; None when it is off."""
        clean = self.cleaned_data
        if not clean.get("is_on"):
            return None
        rule = self.rule or Rule(kind=self.kind.word)
        for name, _ in fields_of(self.kind):
            setattr(rule, name, clean[name])
        if not self.kind.window:
            rule.window = timedelta(0)
        return rule


def fields_of(kind: Kind) -> Iterator[tuple[str, forms.Field]]:
    """Yield the fields that a kind of rule has."""
    if kind.unit:
        label = f"Limit ({kind.unit})"
        yield "limit", forms.FloatField(label=label, min_value=0, max_value=kind.most)
        if kind.word not in ("unconnected", "no_data"):
            yield (
                "clear",
                forms.FloatField(
                    label=f"Fine again at ({kind.unit})",
                    required=False,
                    min_value=0,
                    max_value=kind.most,
                ),
            )
    if kind.window:
        yield "window", Span(label="Within (s)", most=HOUR)
    if kind.least:
        yield (
            "least",
            forms.IntegerField(label="Of at least (sends)", min_value=1, max_value=MOST_LEAST),
        )
    if kind.word != "ended":
        yield "hold", Span(label="For (s)", most=DAY)
    yield "rings", forms.BooleanField(label="Ring people", required=False)
    if len(kind.remedies) > 1:
        choices = [(each.value, REMEDIES[each]) for each in kind.remedies]
        yield "remedy", forms.ChoiceField(label="Do by itself", choices=choices, required=False)
        yield (
            "budget",
            forms.IntegerField(label="At most (times an hour)", min_value=1, max_value=MOST_BUDGET),
        )


def first_values(kind: Kind, rule: Rule | None, *, is_new: bool) -> dict[str, Any]:
    """Return what the fields of a rule show first."""
    if rule is not None:
        names = [name for name, _ in fields_of(kind)]
        return {"is_on": True} | {name: getattr(rule, name) for name in names}
    return {
        "is_on": is_new and kind.is_first,
        "limit": kind.limit,
        "hold": timedelta(seconds=kind.hold),
        "window": timedelta(seconds=kind.window),
        "least": kind.least,
        "rings": True,
        "remedy": Remedy.NONE.value,
        "budget": 2,
    }


def rule_forms(watch: Watch, data: Mapping[str, Any] | None) -> list[RuleForm]:
    """Return a form for each kind of rule that a watch may have."""
    known = {rule.kind: rule for rule in watch.rules.all()} if watch.pk else {}
    return [
        RuleForm(data, kind=kind, rule=known.get(kind.word), is_new=watch.pk is None)
        for kind in OF_WATCHES
    ]


class MuteForm(forms.Form):
    """For how long a watch is to be silent; 0 ends it."""

    hours = forms.FloatField(label="Hours", min_value=0, max_value=24 * 30)


class CommentForm(forms.Form):
    """A comment on an incident."""

    words = forms.CharField(
        label="Comment",
        max_length=MOST_COMMENT,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": "Write something first."},
    )
