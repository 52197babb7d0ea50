"""What a person does with the console's forms, as a browser posts it."""

from typing import Any

from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from tests.web.targets.conftest import FORM
from web.accounts.models import Workspace
from web.definitions.models import Definition
from web.lots.models import Lot
from web.runs.models import Run
from web.targets.models import Target

DEVICE = """\
name: Fridge
id: "f-{index:05d}"
metrics:
  temperature: {uniform: {min: 2, max: 8}}
messages:
  telemetry: {every: 500ms, path: "/fridges/{id}", json: {id: "{id}", seq: "{seq}"}}
statuses:
  running: {send: [telemetry]}
"""


class Person:
    """Somebody who is signed in, at the pages of one workspace."""

    def __init__(self, client: Client, workspace: Workspace) -> None:
        self.client, self.workspace = client, workspace

    def post(self, page: str, *codes: Any, **values: Any) -> HttpResponse:
        """Post a form; it must lead on to another page."""
        answer = self.client.post(reverse(page, args=[self.workspace.code, *codes]), values)
        assert answer.status_code == 302, answer.content.decode()[:4_000]
        return answer

    def get(self, page: str, *codes: Any) -> HttpResponse:
        answer = self.client.get(reverse(page, args=[self.workspace.code, *codes]))
        assert answer.status_code == 200
        return answer

    def defines(self, text: str = DEVICE) -> Definition:
        """Make a definition and save ``text`` in its editor."""
        self.post("definitions:create", name="Fridge", starter="blank")
        made = Definition.objects.get(workspace=self.workspace)
        self.post("definitions:edit", made.code, text=text, base="1")
        made.refresh_from_db()
        return made

    def aims(self, **changes: str) -> Target:
        self.post("targets:create", **(FORM | changes))
        return Target.objects.get(workspace=self.workspace)

    def plans(self, definition: Definition, target: Target, *, mocks: int, **changes: str) -> Lot:
        self.post("lots:create", **lot_form(definition, target, mocks=mocks, **changes))
        return Lot.objects.get(workspace=self.workspace)

    def starts(self, lot: Lot) -> Run:
        self.post("lots:start", lot.code)
        return Run.objects.get(lot=lot)


def lot_form(
    definition: Definition, target: Target, *, mocks: int, **changes: str
) -> dict[str, str]:
    """Return what a browser posts for a lot of one part."""
    values = {
        "name": "Night shift",
        "target": str(target.pk),
        "duration": "1min",
        "ramp": "",
        "seed": "7",
        "parts-TOTAL_FORMS": "1",
        "parts-INITIAL_FORMS": "0",
        "parts-0-definition": str(definition.pk),
        "parts-0-count": str(mocks),
        "parts-0-rate": "",
    }
    return values | changes
