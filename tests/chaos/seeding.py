"""Makes the lot of the trial: ``python -m tests.chaos.seeding --port PORT --mocks N …``.

Rule: run with the environment of the product's processes, once its database is migrated; the last
line is a JSON object with the login and the lot's page.
"""

import argparse
import json
from datetime import timedelta

import django

LASTS = timedelta(hours=1)  # longer than any trial: it is stopped
SEED = 7
SHELVES = 50  # that mocks are spread over, by the second level of their topics
SAMPLE = "chaos/7/#"  # one of them


def definition(*, every: float, course: float) -> str:
    """Return a device that goes through its statuses by time alone, on ways that are drawn.

    Args:
        every: s between two messages.
        course: s after which each mock is in the status in which it stays.
    """
    return f"""\
# Each mock ends in a status that its number and the seed decide.
name: Survivor
id: "s-{{index:05d}}"
metrics:
  level: {{walk: {{start: 40, step: 0.5, min: 0, max: 100}}}}
messages:
  telemetry:
    every: {every:g}s ± {every / 5:g}s
    topic: "chaos/{{index % {SHELVES}}}/{{id}}"
    qos: 1
    json:
      {{id: "{{id}}", seq: "{{seq}}", status: "{{status}}", at: "{{now}}", level: "{{level}}"}}
statuses:
  fresh:
    send: [telemetry]
    go:
      - {{to: seasoned, after: {course * 0.4:g}s ± {course * 0.1:g}s, chance: 70%}}
      - {{to: worn, chance: 30%}}
  seasoned:
    send: [telemetry]
    go:
      - {{to: old, after: {course * 0.4:g}s ± {course * 0.1:g}s, chance: 50%}}
      - {{to: worn, chance: 50%}}
  worn: {{send: [telemetry]}}
  old: {{send: [telemetry]}}
"""


def parts_of(mocks: int, parts: int) -> list[int]:
    """Return how many mocks each part has; together they are ``mocks``."""
    return [mocks * (n + 1) // parts - mocks * n // parts for n in range(parts)]


def main() -> None:
    asked = _arguments()
    django.setup()
    print(json.dumps(made(asked)))


def made(asked: argparse.Namespace) -> dict[str, str]:
    """Make user, target, definition and lots; return how to sign in, and where the lots are."""
    from django.urls import reverse  # noqa: PLC0415 (after Django is set up)

    from web.accounts import actions as accounts  # noqa: PLC0415
    from web.accounts.models import Workspace  # noqa: PLC0415
    from web.lots.actions import PartPlan, save_lot  # noqa: PLC0415
    from web.lots.models import Lot  # noqa: PLC0415
    from web.platform.demo import workspace as demo  # noqa: PLC0415

    user = accounts.sign_up(email=demo.EMAIL, name="Chaos", password=demo.PASSWORD)
    workspace = Workspace.objects.get(memberships__user=user)
    text = definition(every=asked.every, course=asked.course)
    survivor = demo.have_definition(workspace, text, by=user)
    lots = []
    for number, port in enumerate(asked.port):
        target = demo.have_target(workspace, f"Broker {number}", "mqtt", port, by=user)
        lot = Lot(workspace=workspace, name=f"Survivors {number}", target=target, seed=SEED)
        lot.duration = LASTS
        counts = parts_of(asked.mocks, asked.parts)
        lots.append(save_lot(lot, parts=[PartPlan(survivor, count) for count in counts], by=user))
    return {
        "email": demo.EMAIL,
        "password": demo.PASSWORD,
        "workspace": reverse("home", args=[workspace.code]),
        "lots": [lot.get_absolute_url() for lot in lots],
    }


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, action="append", help="of a broker; a lot for each")
    parser.add_argument("--mocks", type=int, default=5_000, help="of each lot")
    parser.add_argument("--parts", type=int, default=6, help="of each lot, a shard or more each")
    parser.add_argument("--every", type=float, default=5.0, help="s between a mock's messages")
    parser.add_argument("--course", type=float, default=120.0, help="s until statuses are final")
    return parser.parse_args()


if __name__ == "__main__":
    main()
