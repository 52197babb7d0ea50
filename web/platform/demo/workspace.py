"""Makes the demo workspace, or brings it up to date; doing it twice changes nothing.

Rule: datasets take the browser's way: a presigned form, a POST to the object store, a job that
reads the file. So a ``reporter`` process must be running.
"""

import secrets
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.urls import reverse

from web.accounts import actions as accounts
from web.accounts.models import User, Workspace
from web.datasets import actions as datasets
from web.datasets.models import Dataset, Upload
from web.definitions import actions as definitions
from web.definitions.models import Definition
from web.lots import actions as lots
from web.lots.actions import PartPlan
from web.lots.models import Lot
from web.platform.storage import UploadForm
from web.targets import actions as targets
from web.targets.models import Target

HERE = Path(__file__).parent
EMAIL = "demo@mocklot.test"
PASSWORD = "virtual-devices-by-the-lot"  # noqa: S105  # of a console that only this machine reaches
NAME = "Demo"
UPLOAD_TIMEOUT = 30  # s, for one file
READ_WITHIN = 60.0  # s, for the job that reads it


class SeedFailed(Exception):
    """The demo workspace could not be made; the text says what stood in the way."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What the lots look like, and where they send."""

    mqtt_port: int
    http_port: int
    mocks: int  # of the MQTT lot
    http_mocks: int
    duration: timedelta
    rate: float  # messages/s of each mock of the MQTT lot


@dataclass(frozen=True, kw_only=True)
class Made:
    """The workspace and its lots, by the protocol that they send by."""

    workspace: Workspace
    lots: Mapping[str, Lot]


def seed(plan: Plan) -> Made:
    """Make what is missing.

    Raises:
        SeedFailed: A file could not be uploaded or read.
    """
    user = User.objects.filter(email=EMAIL).first() or accounts.sign_up(
        email=EMAIL, name=NAME, password=PASSWORD
    )
    workspace = Workspace.objects.filter(memberships__user=user).earliest("created")
    for file in sorted([*HERE.glob("*.csv"), *HERE.glob("*.gpx")]):
        have_dataset(workspace, file, by=user)
    devices = {
        file.stem: have_definition(workspace, file.read_text(encoding="utf-8"), by=user)
        for file in sorted(HERE.glob("*.yaml"))
    }
    broker = have_target(workspace, "Demo broker", "mqtt", plan.mqtt_port, by=user)
    receiver = have_target(workspace, "Demo receiver", "http", plan.http_port, by=user)
    mixed = shares(plan.mocks, devices, rate=plan.rate)
    stations = [PartPlan(devices["weather-station"], plan.http_mocks, 1.0)]
    made = {
        "mqtt": have_lot(broker, "Fleet over MQTT", mixed, duration=plan.duration, by=user),
        "http": have_lot(receiver, "Stations over HTTP", stations, duration=plan.duration, by=user),
    }
    return Made(workspace=workspace, lots=made)


# Share of the mocks over MQTT, in hundredths; what they do not make up goes to the first one.
SHARES = {
    "cold-chain-sensor": 50,
    "gps-tracker": 20,
    "weather-station": 5,
    "smart-meter": 10,
    "delivery-van": 10,
    "ev-charger": 5,
}


def shares(mocks: int, devices: Mapping[str, Definition], *, rate: float) -> list[PartPlan]:
    """Return ``mocks`` over all devices, each at ``rate`` messages/s."""
    counts = {name: mocks * share // 100 for name, share in SHARES.items()}
    counts[next(iter(SHARES))] += mocks - sum(counts.values())
    return [PartPlan(devices[name], count, rate) for name, count in counts.items() if count]


def have_dataset(workspace: Workspace, file: Path, *, by: User) -> None:
    """Upload ``file`` unless a good one of this name is there, and wait until it is read."""
    found = Dataset.objects.filter(workspace=workspace, name=file.name).first()
    if found is not None and found.current is not None:
        return
    data = file.read_bytes()
    ticket = datasets.new_upload(workspace, name=file.name, size=len(data), by=by)
    if ticket.way.form is None:
        raise ValueError(f"{file.name} is too large for a demo")
    post(ticket.way.form, file.name, data)
    datasets.uploaded(ticket.upload.dataset)
    await_reading(ticket.upload)


def post(form: UploadForm, name: str, data: bytes) -> None:
    """Send a file to the object store as a browser does: multipart, the file last (RFC 7578)."""
    boundary = secrets.token_hex(16)
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'
        for field, value in form.fields.items()
    ]
    parts.append(
        f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
        f"Content-Type: {form.fields['Content-Type']}\r\n\r\n"
    )
    body = "".join(parts).encode() + data + f"\r\n--{boundary}--\r\n".encode()
    request = urllib.request.Request(form.url, data=body)  # noqa: S310  # the store's own address
    request.add_header("Content-Type", f"multipart/form-data; boundary={boundary}")
    try:
        urllib.request.urlopen(request, timeout=UPLOAD_TIMEOUT).close()  # noqa: S310
    except urllib.error.HTTPError as error:
        answer = error.read(2_000).decode(errors="replace")
        raise SeedFailed(f"the object store refused {name}: {answer}") from error
    except OSError as error:
        raise SeedFailed(f"the object store does not answer: {error}") from error


def await_reading(upload: Upload) -> None:
    """Wait until the job has read the file."""
    deadline = time.monotonic() + READ_WITHIN
    while time.monotonic() < deadline:
        upload.refresh_from_db()
        if upload.state == Upload.State.READY:
            return
        if upload.state == Upload.State.REFUSED:
            raise SeedFailed(f"{upload.dataset.name} was refused: {upload.reason}")
        time.sleep(0.1)
    raise SeedFailed(f"nobody read {upload.dataset.name}: is a reporter process running?")


def have_definition(workspace: Workspace, text: str, *, by: User) -> Definition:
    """Return the definition that ``text`` names, made of it when there is none."""
    name = text.partition("\nname:")[2].partition("\n")[0].strip()
    found = Definition.objects.filter(workspace=workspace, name=name).first()
    return found or definitions.create_definition(workspace, text=text, by=by)


def have_target(
    workspace: Workspace,
    name: str,
    protocol: str,
    port: int,
    *,
    by: User,
    host: str = "127.0.0.1",
) -> Target:
    """Return the target ``name``, with ``host`` and ``port`` as they are today."""
    target = Target.objects.filter(workspace=workspace, name=name).first()
    if target is None:
        target = Target(workspace=workspace, name=name, protocol=protocol)
    target.host, target.port = host, port
    return targets.save_target(target, by=by)


def have_lot(
    target: Target, name: str, parts: list[PartPlan], *, duration: timedelta, by: User
) -> Lot:
    """Return the lot ``name`` of the target's workspace, with these parts and this duration."""
    workspace = target.workspace
    lot = Lot.objects.filter(workspace=workspace, name=name).first()
    lot = lot or Lot(workspace=workspace, name=name)
    lot.target, lot.duration = target, duration
    return lots.save_lot(lot, parts=parts, by=by)


def summary(made: Made) -> dict[str, object]:
    """Return the login and the pages' paths, for whoever goes on from here."""
    code = made.workspace.code
    return {
        "site": settings.SITE_URL,
        "email": EMAIL,
        "password": PASSWORD,
        "workspace": reverse("home", args=[code]),
        "lots": {name: lot.get_absolute_url() for name, lot in made.lots.items()},
    }
