"""The REST API: what a program does from its first definition to the log of a run."""

import json

from django.test import Client

from simulator import Link
from tests.rows.browsing import DEVICE
from tests.web.runs.conftest import snapshot
from web.accounts.models import Role
from web.keys.actions import make_key
from web.runs.desk import Desk


def test_a_program_defines_starts_and_stops_mocks(
    workspace, teammate, object_store, asked, published
):
    _, key = make_key(workspace, name="CI", role=Role.EDITOR, life=None, by=teammate)
    program = Client(headers={"Authorization": f"Bearer {key}", "Idempotency-Key": "build 7"})

    def ask(method, path, **body):
        answer = program.generic(method, f"/api/v1/{path}", json.dumps(body), "application/json")
        assert answer.status_code < 300, answer.content.decode()
        return answer.json()

    definition = ask("POST", "definitions", text=DEVICE)["code"]
    target = ask("POST", "targets", name="Staging", protocol="http", host="api.example")["code"]
    parts = [{"definition": definition, "count": 20}]
    lot = ask("POST", "lots", name="Night", target=target, duration="1 min", parts=parts)["code"]
    run = ask("POST", "runs", lot=lot)["code"]
    again = ask("POST", "runs", lot=lot)["code"]
    desk = Desk(tower="tower-1", capacity=1_000)
    [assignment] = desk.work([]).begin
    told = snapshot(assignment.shard, count=20)
    desk.work([told])
    live = ask("GET", f"runs/{run}/live")
    mocks = ask("GET", f"runs/{run}/mocks?show=connected")["items"]
    ask("POST", f"runs/{run}/stop")
    orders = desk.work([told])
    desk.work([snapshot(assignment.shard, count=20, state="ended")])

    assert again == run
    assert live["connected"] == len(mocks) == int((told.board["link"] == Link.CONNECTED).sum())
    assert orders.stop == [assignment.shard]
    assert ask("GET", f"runs/{run}")["state"] == "stopped"
