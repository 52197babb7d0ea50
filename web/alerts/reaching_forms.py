"""The forms of accounts, channels, people and chains: what is asked of each, and its limits."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.forms.formsets import BaseFormSet, formset_factory
from django.utils import timezone

from web.accounts.forms import zone_choices
from web.accounts.models import Workspace
from web.alerts import access, duty, ladder
from web.alerts.models import (
    Account,
    AccountKind,
    Chain,
    ChainChange,
    ChainTurn,
    Channel,
    ChannelKind,
    Person,
)
from web.platform.destinations import address_of, hold
from web.platform.hosts import AddressError
from web.platform.secrets import seal
from web.platform.selects import LongSelect

MOST_TURNS = 20
LONGEST_CHANGE = timedelta(days=366)
KEPT = "Leave it empty to keep what is there."
PHONE = RegexValidator(
    r"^\+[1-9][0-9]{6,14}$", "Write the number with its country, such as +819012345678."
)
SLACK_PLACE = RegexValidator(
    r"^[CGDU][A-Z0-9]{2,20}$", "Give the id of a channel or a member, such as C0123ABCD."
)


class AccountForm(forms.ModelForm):  # type: ignore[type-arg]
    """A Slack app or a Twilio account; secrets that are there are never shown."""

    class Meta:
        model = Account
        fields = ("name",)
        error_messages = {"name": {"required": "Give it a name."}}  # noqa: RUF012

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        is_new = self.instance.pk is None
        known = "" if is_new else KEPT
        if self.instance.kind == AccountKind.SLACK:
            self._ask_secret("token", "Bot token", f"Begins with xoxb-; needs chat:write. {known}")
            self._ask_secret("signing_secret", "Signing secret", f"Of the app’s page. {known}")
            return
        self.fields["sid"] = forms.RegexField(
            r"^AC[0-9a-fA-F]{32}$",
            label="Account SID",
            initial=self.instance.sid,
            error_messages={"invalid": "It begins with AC and has 34 characters."},
        )
        self.fields["number"] = forms.CharField(
            label="Calls come from",
            validators=[PHONE],
            initial=self.instance.number,
            help_text="A number of the account.",
        )
        self._ask_secret("token", "Auth token", known)

    def _ask_secret(self, name: str, label: str, help_text: str) -> None:
        self.fields[name] = forms.CharField(
            label=label,
            required=self.instance.pk is None,
            max_length=300,
            help_text=help_text.strip(),
            widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        )

    def filled(self) -> Account:
        """Return the account with what was typed; its secrets sealed."""
        account: Account = self.instance
        for name, value in self.cleaned_data.items():
            if name in ("token", "signing_secret"):
                if value:
                    setattr(account, name, seal(value))
            else:
                setattr(account, name, value)
        return account


class PersonForm(forms.ModelForm):  # type: ignore[type-arg]
    """Somebody who can be rung."""

    class Meta:
        model = Person
        fields = ("name",)
        error_messages = {"name": {"required": "Give the person a name."}}  # noqa: RUF012

    def clean_name(self) -> str:
        """Return the name, which nobody else of the workspace has."""
        name: str = self.cleaned_data["name"]
        others = access.people_of(self.instance.workspace).exclude(pk=self.instance.pk)
        if others.filter(name=name).exists():
            raise ValidationError("Somebody of this name is there already.")
        return name


class ChannelForm(forms.ModelForm):  # type: ignore[type-arg]
    """One way to tell somebody. A new address has to be proved again."""

    class Meta:
        model = Channel
        fields = ("name",)
        error_messages = {"name": {"required": "Give the channel a name."}}  # noqa: RUF012

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        ask = {
            ChannelKind.MAIL: self._ask_mail,
            ChannelKind.WEBHOOK: self._ask_webhook,
            ChannelKind.SLACK_HOOK: self._ask_slack_hook,
            ChannelKind.SLACK: self._ask_slack,
            ChannelKind.PHONE: self._ask_phone,
        }
        ask[ChannelKind(self.instance.kind)]()

    def _ask_mail(self) -> None:
        self.fields["address"] = forms.EmailField(
            label="E-mail address", initial=self.instance.address
        )

    def _ask_phone(self) -> None:
        self.fields["address"] = forms.CharField(
            label="Phone number",
            validators=[PHONE],
            initial=self.instance.address,
            help_text="With its country: +819012345678.",
        )
        self._ask_account(AccountKind.TWILIO)

    def _ask_slack(self) -> None:
        self.fields["address"] = forms.CharField(
            label="Channel or member id",
            validators=[SLACK_PLACE],
            initial=self.instance.address,
            help_text="C… of a channel that the app was invited to, or U… of a member.",
        )
        self._ask_account(AccountKind.SLACK)

    def _ask_account(self, kind: AccountKind) -> None:
        accounts = access.accounts_of(self.instance.workspace).filter(kind=kind)
        self.fields["account"] = forms.ModelChoiceField(
            accounts,
            label=kind.label,
            empty_label="Choose one",
            initial=self.instance.account_id,
            error_messages={"required": "Choose one, or make one on the page of channels first."},
        )

    def _ask_webhook(self) -> None:
        self._ask_url("Address", "Notices are posted there as JSON.")
        self.fields["secret"] = forms.CharField(
            label="Secret",
            required=self.instance.pk is None,
            min_length=16,
            max_length=200,
            help_text=f"Signs each notice, so that the other end can tell ours. {self._kept}",
            widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        )

    def _ask_slack_hook(self) -> None:
        self._ask_url("Webhook address", "Of Slack’s app “Incoming Webhooks”; it is a secret.")

    def _ask_url(self, label: str, text: str) -> None:
        self.fields["url"] = forms.CharField(
            label=label,
            required=self.instance.pk is None,
            max_length=2_000,
            help_text=f"{text} {self._kept}".strip(),
            widget=forms.URLInput(attrs={"placeholder": self.instance.address or "https://"}),
        )

    @property
    def _kept(self) -> str:
        return "" if self.instance.pk is None else KEPT

    def clean_url(self) -> str:
        """Return an address of a web server."""
        text: str = self.cleaned_data["url"]
        try:
            if not text:
                return ""
            found = address_of(text)
            hold(found)
            return str(found)
        except AddressError as error:
            raise ValidationError(str(error)) from error

    def filled(self) -> tuple[Channel, bool]:
        """Return the channel with what was typed, and whether it leads elsewhere now."""
        channel: Channel = self.instance
        clean = self.cleaned_data
        before = (channel.address, channel.account_id)
        channel.name = clean["name"]
        if clean.get("url"):
            channel.secret_address = seal(clean["url"])
            channel.address = address_of(clean["url"]).host
        if clean.get("secret"):
            channel.secret = seal(clean["secret"])
        channel.address = clean.get("address", channel.address)
        channel.account = clean.get("account", channel.account)
        is_elsewhere = bool(clean.get("url")) or before != (channel.address, channel.account_id)
        return channel, is_elsewhere


class CodeForm(forms.Form):
    """The code that was sent to a channel."""

    code = forms.CharField(
        label="Code",
        max_length=10,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
        error_messages={"required": "Type the code that was sent there."},
    )


class ChainForm(forms.ModelForm):  # type: ignore[type-arg]
    """How a chain rings; its people are rows of their own."""

    attempts = forms.IntegerField(
        label="Attempts for each person", min_value=1, max_value=ladder.MOST_ATTEMPTS
    )
    seconds = forms.IntegerField(
        label="Wait between two (s)",
        min_value=int(ladder.SHORTEST_WAIT.total_seconds()),
        max_value=int(ladder.LONGEST_WAIT.total_seconds()),
    )
    rounds = forms.IntegerField(
        label="Times through all people",
        min_value=1,
        max_value=ladder.MOST_ROUNDS,
        help_text="Where it starts over; then it ends with “nobody answered”.",
    )

    class Meta:
        model = Chain
        fields = ("name", "attempts", "at_end", "rounds")
        labels = {"at_end": "After the last person"}  # noqa: RUF012 (Django's own way)
        error_messages = {"name": {"required": "Give the chain a name."}}  # noqa: RUF012

    field_order = ("name", "attempts", "seconds", "at_end", "rounds")

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.initial["seconds"] = int(self.instance.wait.total_seconds())

    def filled(self) -> Chain:
        """Return the chain with what was typed."""
        chain: Chain = self.instance
        chain.wait = timedelta(seconds=self.cleaned_data["seconds"])
        return chain


class TurnForm(forms.Form):
    """A person's place in a chain, and the hours that are theirs."""

    person = forms.ModelChoiceField(
        Person.objects.none(),
        empty_label="Choose a person",
        error_messages={"required": "Choose a person."},
    )
    days = forms.MultipleChoiceField(
        choices=[(str(number), day) for number, day in enumerate(duty.DAYS)],
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choose a day."},
    )
    begins = forms.TimeField(label="From", widget=forms.TimeInput(attrs={"type": "time"}))
    ends = forms.TimeField(label="To", widget=forms.TimeInput(attrs={"type": "time"}))
    zone = forms.ChoiceField(label="Time zone", choices=zone_choices, widget=LongSelect)

    def __init__(self, *args: Any, workspace: Workspace, **options: Any) -> None:
        super().__init__(*args, **options)
        choice: Any = self.fields["person"]
        choice.queryset = access.people_of(workspace)
        self.use_required_attribute = False

    @property
    def turn(self) -> ChainTurn:
        """The row as it is to be stored."""
        clean = self.cleaned_data
        return ChainTurn(
            person=clean["person"],
            days="".join(sorted(clean["days"])),
            begins=clean["begins"],
            ends=clean["ends"],
            zone=clean["zone"],
        )


class BaseTurnRows(BaseFormSet):  # type: ignore[type-arg]  # not subscriptable at run time
    """The people of a chain in their order; empty rows do not count."""

    @property
    def turns(self) -> list[ChainTurn]:
        """The rows as they are to be stored, after validation."""
        ordered: Sequence[TurnForm] = self.ordered_forms
        return [form.turn for form in ordered]


TurnRows = formset_factory(
    TurnForm,
    formset=BaseTurnRows,
    extra=1,
    can_delete=True,
    can_order=True,
    max_num=MOST_TURNS,
    validate_max=True,
    absolute_max=MOST_TURNS + 2,
)
ALL_DAYS = [str(number) for number in duty.WEEK]


def turn_rows(chain: Chain, data: Any, *, zone: str) -> BaseTurnRows:
    """Return the rows of a chain's people, with one empty row behind them."""
    fresh = {"days": ALL_DAYS, "begins": "00:00", "ends": "00:00", "zone": zone}
    initial: Sequence[dict[str, Any]] = [
        {
            "person": turn.person_id,
            "days": list(turn.days),
            "begins": f"{turn.begins:%H:%M}",
            "ends": f"{turn.ends:%H:%M}",
            "zone": turn.zone,
        }
        for turn in (chain.turns.all() if chain.pk else [])
    ]
    made = TurnRows(
        data, initial=initial, form_kwargs={"workspace": chain.workspace}, prefix="turns"
    )
    rows = cast(BaseTurnRows, made)
    for form in rows.extra_forms:
        form.initial = fresh
    for place, form in enumerate(rows.forms):
        form.fields["ORDER"].label = "Place"
        form.fields["ORDER"].initial = place + 1
        form.fields["ORDER"].required = True
        form.fields["DELETE"].label = "Take out"
    return rows


class ChangeForm(forms.ModelForm):  # type: ignore[type-arg]
    """An exception from a chain's hours: times are of the reader's zone."""

    is_away = forms.TypedChoiceField(
        label="What",
        choices=[("", "Is rung in everybody’s place"), ("1", "Is away")],
        coerce=bool,
        empty_value="",
        required=False,
    )

    class Meta:
        model = ChainChange
        fields = ("person", "is_away", "begins", "ends")
        labels = {"begins": "From", "ends": "Until"}  # noqa: RUF012 (Django's own way)
        widgets = {  # noqa: RUF012
            name: forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
            for name in ("begins", "ends")
        }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        person: Any = self.fields["person"]
        person.queryset = access.people_of(self.instance.chain.workspace)
        person.empty_label = "Choose a person"
        zone = timezone.get_current_timezone()
        name = zone.key if isinstance(zone, ZoneInfo) else str(zone)
        self.fields["begins"].help_text = self.fields["ends"].help_text = name

    def clean_is_away(self) -> bool:
        """Return whether they are away."""
        return bool(self.cleaned_data["is_away"])

    def clean(self) -> dict[str, Any]:
        """Hold both ends against each other."""
        clean = super().clean() or self.cleaned_data
        begins, ends = clean.get("begins"), clean.get("ends")
        if begins and ends and not begins < ends <= begins + LONGEST_CHANGE:
            self.add_error("ends", "It ends after it begins, and lasts a year at most.")
        return clean
