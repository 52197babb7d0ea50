"""The form of a schedule: limits, zones, and what each refusal says."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError

from simulator import MAX_DURATION
from web.accounts.forms import zone_choices
from web.accounts.models import Workspace
from web.lots.durations import duration_text, parse_duration
from web.lots.models import Lot
from web.platform.selects import LongSelect
from web.schedules.models import Overlap, Schedule
from web.schedules.moments import Timetable, cron_refusal, moment_in

ONCE, BY_CRON = "once", "cron"
FIRST_CRON = "0 6 * * 1-5"
PRESETS = (
    ("0 * * * *", "Every hour on the hour"),
    ("0 6 * * *", "Every day at 06:00"),
    ("0 6 * * 1-5", "Every weekday at 06:00"),
    ("0 22 * * 0", "Every Sunday at 22:00"),
    ("30 3 1 * *", "On the 1st of each month at 03:30"),
)
CATCH_UPS = (
    ("0", "Not at all: skip it, and say so"),
    ("300", "Up to 5 min late"),
    ("900", "Up to 15 min late"),
    ("3600", "Up to 1 h late"),
    ("21600", "Up to 6 h late"),
    ("86400", "Up to 24 h late"),
)
LONGEST = timedelta(seconds=MAX_DURATION)


class LocalMoment(forms.CharField):
    """Day and time of a zone that another field names: a ``datetime`` without zone, or None."""

    def __init__(self, **options: Any) -> None:
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"})
        super().__init__(max_length=40, widget=widget, **options)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        try:
            moment = datetime.fromisoformat(text)
        except ValueError as error:
            raise ValidationError("Say day and time, such as 2026-11-22 20:15.") from error
        if moment.tzinfo is not None:
            raise ValidationError("Say the time without a zone; the zone has its own field.")
        return moment


class Longest(forms.CharField):
    """A duration with its unit, as a ``timedelta``; None when it is empty."""

    def prepare_value(self, value: Any) -> Any:
        return duration_text(value) if isinstance(value, timedelta) else value

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        try:
            longest = parse_duration(text)
        except ValueError as error:
            raise ValidationError(str(error)) from error
        if not timedelta(0) < longest <= LONGEST:
            raise ValidationError(
                f"A run lasts more than 0 s and at most {duration_text(LONGEST)}."
            )
        return longest


class TimetableForm(forms.Form):
    """When a schedule comes; all that the preview needs."""

    kind = forms.ChoiceField(
        label="When",
        choices=((ONCE, "Once"), (BY_CRON, "Again and again")),
        widget=forms.RadioSelect,
        initial=BY_CRON,
    )
    # Of moment and cron one is needed; what is wrong with the other does not count.
    moment = LocalMoment(label="Day and time", error_messages={"required": "Say when."})
    cron = forms.CharField(
        label="Cron",
        max_length=100,
        error_messages={"required": f"Say when, such as {FIRST_CRON}."},
        widget=forms.TextInput(
            attrs={"list": "cron-presets", "spellcheck": "false", "autocomplete": "off"}
        ),
        help_text="Minute, hour, day, month, weekday: “0 6 * * 1-5” is every weekday at 06:00.",
    )
    zone = forms.ChoiceField(
        label="Time zone",
        choices=zone_choices,
        widget=LongSelect,
        help_text="Where clocks are put forward, a time that is skipped comes right after it; "
        "where they are put back, it comes the first time.",
    )
    until = LocalMoment(
        label="Until", required=False, help_text="Nothing is started after it. Empty: for ever."
    )

    def clean(self) -> dict[str, Any]:
        """Hold moments and cron against the zone."""
        clean = super().clean() or self.cleaned_data
        is_once = clean.get("kind") == ONCE
        for name in ("cron", "until") if is_once else ("moment",):
            self.errors.pop(name, None)
            clean[name] = "" if name == "cron" else None
        if "zone" in clean:
            self._hold_cron(clean)
            self._hold_moment(clean, "moment")
            self._hold_moment(clean, "until")
        return clean

    def _hold_moment(self, clean: dict[str, Any], name: str) -> None:
        """Put the moment itself in place of what the zone's clock shows."""
        shown = clean.get(name)
        if shown is None:
            return
        try:
            clean[name] = moment_in(shown, clean["zone"])
        except (ValueError, OverflowError) as error:
            self.add_error(name, str(error))

    def _hold_cron(self, clean: dict[str, Any]) -> None:
        clean["cron"] = " ".join(clean.get("cron", "").split())
        if clean["cron"] and (refusal := cron_refusal(clean["cron"], clean["zone"])):
            self.add_error("cron", refusal)

    @property
    def timetable(self) -> Timetable:
        """What was said; after ``is_valid``."""
        clean = self.cleaned_data
        return Timetable(
            zone=clean["zone"], cron=clean["cron"], moment=clean["moment"], until=clean["until"]
        )


class ScheduleForm(TimetableForm):
    """Everything about a schedule."""

    name = forms.CharField(max_length=120, error_messages={"required": "Give the schedule a name."})
    lot = forms.ModelChoiceField(
        Lot.objects.none(),
        empty_label="Choose a lot",
        error_messages={
            "required": "Choose the lot that is to be started.",
            "invalid_choice": "This lot is not there any more. Choose another.",
        },
    )
    overlap = forms.ChoiceField(
        label="When a run of the lot is still going on",
        choices=Overlap.choices,
        widget=forms.RadioSelect,
    )
    longest = Longest(
        label="Longest run",
        required=False,
        max_length=40,
        help_text="A run that is still going on so long after its start is stopped: 2h, 90 min. "
        "Empty: as long as the lot says.",
    )
    catch_up = forms.ChoiceField(
        label="When the service was down at the moment",
        choices=CATCH_UPS,
        help_text="Of several moments that were missed only the last one is made up for.",
    )

    field_order = ("name", "lot", "kind", "moment", "cron", "zone", "until")

    def __init__(
        self,
        *args: Any,
        schedule: Schedule,
        workspace: Workspace,
        now: datetime,
        zone: str = "UTC",
        **options: Any,
    ) -> None:
        """
        Args:
            schedule: New or stored; of a new one the lot may be said.
            workspace: Whose lots there are to choose from.
            now: The present: a schedule has to have a moment after it.
            zone: What a new schedule's is at first.
        """
        options["initial"] = values_of(schedule, zone=zone) | (options.get("initial") or {})
        super().__init__(*args, **options)
        self._now = now
        choice: Any = self.fields["lot"]
        choice.queryset = Lot.objects.filter(workspace=workspace).order_by("name")
        self.use_required_attribute = False

    def clean(self) -> dict[str, Any]:
        """Refuse what has no moment any more."""
        clean = super().clean()
        if not self.errors and self.timetable.after(self._now) is None:
            place = "moment" if clean["kind"] == ONCE else "until"
            self.add_error(place, "This is over already, so nothing would ever be started.")
        return clean

    def apply(self, schedule: Schedule) -> Schedule:
        """Write what was said on a schedule, which is not stored by this."""
        clean = self.cleaned_data
        for name in ("name", "lot", "zone", "moment", "cron", "until", "longest", "overlap"):
            setattr(schedule, name, clean[name])
        schedule.catch_up = timedelta(seconds=int(clean["catch_up"]))
        return schedule


def values_of(schedule: Schedule, *, zone: str) -> dict[str, Any]:
    """Return what the form shows at first."""
    if schedule.pk is None:
        zones = dict(zone_choices())
        first: dict[str, Any] = {"cron": FIRST_CRON, "zone": zone if zone in zones else "UTC"}
        if schedule.lot_id:
            first |= {"lot": schedule.lot, "name": schedule.lot.name}
        return first | {"kind": BY_CRON, "overlap": Overlap.SKIP, "catch_up": "900"}
    return {
        "name": schedule.name,
        "lot": schedule.lot,
        "kind": BY_CRON if schedule.cron else ONCE,
        "cron": schedule.cron,
        "zone": schedule.zone,
        "moment": shown(schedule.moment, schedule.zone),
        "until": shown(schedule.until, schedule.zone),
        "overlap": schedule.overlap,
        "longest": schedule.longest,
        "catch_up": f"{schedule.catch_up.total_seconds():.0f}",
    }


def shown(moment: datetime | None, zone: str) -> str:
    """Return what a zone's clock shows at a moment, as a browser's field takes it."""
    if moment is None:
        return ""
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None).isoformat(timespec="minutes")


class LimitForm(forms.Form):
    """How long a run of a workspace may last."""

    longest = Longest(
        label="Longest run",
        required=False,
        max_length=40,
        help_text="With its unit: 2h, 1 day. A lot that lasts longer is not started, and a run "
        f"that does not end in time is stopped. Empty: {duration_text(LONGEST)}.",
    )
