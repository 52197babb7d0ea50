"""The form of a drain, one a kind: limits, texts, and which records it takes."""

import re
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.formats import date_format
from django.utils.timezone import localtime

from web.drains import filters
from web.drains.models import Drain, Kind
from web.drains.senders.aws import REGION
from web.lots.models import Lot
from web.lots.tags import pack, parse
from web.platform import destinations
from web.platform.hosts import AddressError

SECRET_LENGTH = 4_000  # characters
LEAST_SIGNING = 16  # characters of a secret that signs
BUCKET = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")  # S3's rules for names
PREFIX = re.compile(r"[\w!.*'()/=+-]*", re.ASCII)  # "safe characters" of S3's keys, and = +
STREAM = re.compile(r"[\w.-]{1,128}", re.ASCII)  # Kinesis, CreateStream
GROUP = re.compile(r"[\w./#-]{1,512}", re.ASCII)  # CloudWatch Logs, CreateLogGroup
PERCENT = 100.0


def plain(placeholder: str = "") -> forms.TextInput:
    """Return a line for a name that no dictionary knows."""
    return forms.TextInput(
        attrs={"spellcheck": "false", "autocapitalize": "off", "placeholder": placeholder}
    )


def secret(label: str, *, help_text: str = "") -> forms.CharField:
    """Return a field for a secret: what is typed goes in, and no page shows it again."""
    return forms.CharField(
        label=label,
        required=False,
        strip=True,
        max_length=SECRET_LENGTH,
        help_text=help_text,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


class DrainForm(forms.ModelForm):  # type: ignore[type-arg]
    """What all kinds have: a name, and which records are taken."""

    SETTINGS: ClassVar[tuple[str, ...]] = ()  # fields that are its settings
    SECRETS: ClassVar[tuple[str, ...]] = ()  # fields that are its secrets
    NEEDED: ClassVar[tuple[str, ...]] = ()  # of these, those that it cannot do without
    ORDER: ClassVar[tuple[str, ...]] = ()  # fields of the destination, as they are shown

    lots = forms.ModelMultipleChoiceField(
        Lot.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="None ticked: runs of all lots.",
    )
    tags = forms.CharField(
        required=False,
        max_length=400,
        widget=plain("press night"),
        help_text="Only runs with one of these words. Empty: with or without tags.",
    )
    events = forms.MultipleChoiceField(
        choices=[(word, label.capitalize()) for word, label in filters.EVENTS.items()],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="None ticked: records of all kinds.",
    )
    results = forms.MultipleChoiceField(
        choices=[(word, label.capitalize()) for word, label in filters.RESULTS.items()],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label="Results of sends",
        help_text="None ticked: whatever became of them.",
    )
    share = forms.FloatField(
        label="Share (%)",
        min_value=0.001,
        max_value=100,
        initial=100,
        help_text="Of the records that are no failures; failures are always sent. The same "
        "records are drawn each time.",
    )

    class Meta:
        model = Drain
        fields = ("name", "lots", "tags", "events", "results")
        error_messages = {"name": {"required": "Give the drain a name."}}  # noqa: RUF012

    def __init__(self, data: Any = None, *, instance: Drain) -> None:
        known = {**instance.settings} if instance.pk else {}
        super().__init__(data, instance=instance, initial=known)
        self.initial["tags"] = instance.tags.strip()
        self.initial["share"] = f"{instance.share * PERCENT:.6g}"
        lots: Any = self.fields["lots"]
        lots.queryset = Lot.objects.filter(workspace=instance.workspace).order_by("name")
        for name in self.NEEDED:
            self.fields[name].required = name not in instance.sealed
        self._tell_stored(instance)

    def _tell_stored(self, drain: Drain) -> None:
        """Say of each secret that is stored since when; it can be kept by leaving it empty."""
        if drain.secrets_set is None:
            return
        since = date_format(localtime(drain.secrets_set), "j M Y")
        for name in set(self.SECRETS) & set(drain.sealed):
            self.fields[name].help_text = f"Set on {since}. Leave it empty to keep it."

    @property
    def destination(self) -> list[Any]:
        """The fields that say where to, in their order."""
        return [self[name] for name in self.ORDER]

    @property
    def filter_fields(self) -> list[Any]:
        """The fields that say which records are taken."""
        lots: Any = self.fields["lots"]
        first = ("lots",) if lots.queryset.exists() else ()
        return [self[name] for name in (*first, "tags", "events", "results", "share")]

    @property
    def secret_changes(self) -> dict[str, str | None]:
        """What to do with each secret: a new one, "" to forget it, None to keep what is stored."""
        clean = self.cleaned_data
        return {
            name: "" if clean.get(f"clear_{name}") else clean[name] or None for name in self.SECRETS
        }

    def clean_tags(self) -> str:
        """Return the tags as the column holds them."""
        try:
            return pack(parse(self.cleaned_data["tags"]))
        except ValueError as error:
            raise ValidationError(str(error)) from error

    def clean_share(self) -> float:
        """Return it as a share of 1."""
        return float(self.cleaned_data["share"]) / PERCENT

    def clean(self) -> dict[str, Any]:
        """Put settings and filter into the drain."""
        clean = super().clean() or self.cleaned_data
        self.instance.settings = {name: clean.get(name, "") for name in self.SETTINGS}
        self.instance.share = clean.get("share", 1.0)
        return clean

    def _matches(self, name: str, pattern: re.Pattern[str], words: str) -> str:
        text = str(self.cleaned_data[name]).strip()
        if not pattern.fullmatch(text):
            raise ValidationError(words)
        return text


class AwsForm(DrainForm):
    """What the three kinds of Amazon's have: region, endpoint and an access key."""

    SECRETS = ("secret_key",)
    NEEDED = ("secret_key",)

    region = forms.CharField(max_length=40, widget=plain("eu-central-1"))
    key_id = forms.CharField(
        label="Access key id",
        max_length=128,
        widget=plain("AKIA…"),
        help_text="Of a user who may do only what the policy in the manual says.",
    )
    secret_key = secret("Secret access key")
    endpoint = forms.CharField(
        required=False,
        max_length=destinations.LONGEST,
        widget=plain("https://…"),
        help_text="Empty: Amazon's own. Another one that speaks the same, such as MinIO or R2.",
    )

    def clean_region(self) -> str:
        """Return a region that could be one of Amazon's, or any word for another endpoint."""
        text = str(self.cleaned_data["region"]).strip()
        if not REGION.fullmatch(text) and text not in ("auto", "local"):
            raise ValidationError("This is no region. Write it as eu-central-1.")
        return text

    def clean_endpoint(self) -> str:
        """Return the address of another endpoint; empty stays empty."""
        return address(self.cleaned_data["endpoint"].rstrip("/"))


class S3Form(AwsForm):
    """Into which bucket, under which prefix, as what."""

    SETTINGS = ("bucket", "folder", "form", "region", "endpoint", "key_id")
    ORDER = ("bucket", "folder", "form", "region", "key_id", "secret_key", "endpoint")

    bucket = forms.CharField(max_length=63, widget=plain("my-device-logs"))
    folder = forms.CharField(
        label="Prefix",
        required=False,
        max_length=300,
        widget=plain("mocklot/"),
        help_text="Before every key. Empty: none.",
    )
    form = forms.ChoiceField(
        label="Objects are",
        choices=[("parquet", "Parquet, as we keep them"), ("lines", "JSON Lines, gzipped")],
        widget=forms.RadioSelect,
        initial="parquet",
    )

    def clean_bucket(self) -> str:
        """Return a bucket's name by S3's rules."""
        return self._matches(
            "bucket", BUCKET, "A bucket's name has 3 to 63 small letters, digits, hyphens and dots."
        )

    def clean_folder(self) -> str:
        """Return the prefix with a slash at its end and none at its beginning."""
        text = self._matches(
            "folder", PREFIX, "A prefix has letters, digits and / = + - _ . ! * ' ( ) only."
        ).strip("/")
        return f"{text}/" if text else ""


class KinesisForm(AwsForm):
    """Into which stream."""

    SETTINGS = ("stream", "region", "endpoint", "key_id")
    ORDER = ("stream", "region", "key_id", "secret_key", "endpoint")

    stream = forms.CharField(max_length=128, widget=plain("device-records"))

    def clean_stream(self) -> str:
        """Return a stream's name by Kinesis' rules."""
        return self._matches(
            "stream", STREAM, "A stream's name has letters, digits, hyphens, dots and underscores."
        )


class CloudWatchForm(AwsForm):
    """Into which log group."""

    SETTINGS = ("group", "region", "endpoint", "key_id")
    ORDER = ("group", "region", "key_id", "secret_key", "endpoint")

    group = forms.CharField(
        label="Log group",
        max_length=512,
        widget=plain("/mocklot/records"),
        help_text="It has to be there. Each shard of a run gets a log stream of its own.",
    )

    def clean_group(self) -> str:
        """Return a log group's name by CloudWatch's rules."""
        return self._matches(
            "group", GROUP, "A log group's name has letters, digits and / # - _ . only."
        )


class HttpForm(DrainForm):
    """To which address, as what, signed with what."""

    SETTINGS = ("url", "form", "gzip")
    SECRETS = ("authorization", "signing")
    ORDER = (
        *("url", "form", "gzip", "authorization", "clear_authorization"),
        *("signing", "clear_signing"),
    )

    url = forms.CharField(
        label="Address",
        max_length=destinations.LONGEST,
        widget=plain("https://ingest.example.org/records"),
        help_text="Records are posted to it. A redirect is not followed.",
    )
    form = forms.ChoiceField(
        label="A request's body is",
        choices=[("lines", "JSON Lines"), ("array", "a JSON array")],
        widget=forms.RadioSelect,
        initial="lines",
    )
    gzip = forms.BooleanField(label="Compress with gzip", required=False, initial=True)
    authorization = secret(
        "Authorization", help_text="The whole header, such as “Bearer …”. Empty: none."
    )
    clear_authorization = forms.BooleanField(required=False, label="Forget the stored header")
    signing = secret(
        "Secret that signs",
        help_text=f"At least {LEAST_SIGNING} characters. Empty: requests are not signed.",
    )
    clear_signing = forms.BooleanField(required=False, label="Forget the stored secret")

    def __init__(self, data: Any = None, *, instance: Drain) -> None:
        super().__init__(data, instance=instance)
        for name in self.SECRETS:
            if name not in instance.sealed:
                del self.fields[f"clear_{name}"]

    @property
    def destination(self) -> list[Any]:
        return [self[name] for name in self.ORDER if name in self.fields]

    def clean_url(self) -> str:
        """Return the address in its parts put together again."""
        return address(self.cleaned_data["url"])

    def clean_authorization(self) -> str:
        """Return a header's value; its refusal tells nothing of it."""
        text = str(self.cleaned_data["authorization"])
        if not (text.isascii() and text.isprintable()) and text:
            raise ValidationError("A header has no line breaks and no letters beyond ASCII.")
        return text

    def clean_signing(self) -> str:
        """Return a secret that is long enough."""
        text = str(self.cleaned_data["signing"])
        if text and len(text) < LEAST_SIGNING:
            raise ValidationError(f"It is too short: at least {LEAST_SIGNING} characters.")
        return text


FORMS: dict[str, type[DrainForm]] = {
    Kind.S3: S3Form,
    Kind.KINESIS: KinesisForm,
    Kind.CLOUDWATCH: CloudWatchForm,
    Kind.HTTP: HttpForm,
}


def address(text: str) -> str:
    """Return an address that something may be sent to; empty stays empty."""
    try:
        if not text:
            return ""
        found = destinations.address_of(text)
        destinations.hold(found)
        return str(found)
    except AddressError as error:
        raise ValidationError(str(error)) from error
