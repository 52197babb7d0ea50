"""Add-ons that scale in our place: what HireFire asks, and what Judoscale is told."""

import pytest

from tests.web.alerts.servers import LIMIT, Service
from tests.web.scaling.conftest import NOON
from web.scaling import judoscale, signals
from web.scaling.meter import Word

TOKEN = {"HireFire-Token": "a-token-of-hirefire"}


@pytest.fixture(autouse=True)
def console(monkeypatch, settings):
    """Return what the console's processes told; it stands where Redis does."""
    words: dict[str, Word] = {}
    monkeypatch.setattr(signals.middleware, "told", lambda at: words)
    settings.HIREFIRE_TOKEN = TOKEN["HireFire-Token"]
    return words


def word(**changes):
    values = {"at": NOON.timestamp(), "count": 90, "queue": 0.012, "busy": 2, "oldest": 0.1}
    return Word(**(values | {"load": 14.0, "slow": 0} | changes))


def test_hirefire_is_told_how_many_dynos_the_work_asks_for(client, load):
    load(wanted=50)

    answer = client.get("/hirefire", headers=TOKEN)

    assert answer.json() == [{"name": "worker", "value": 6}]
    assert answer.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize("headers", [{}, {"HireFire-Token": "another"}, {"HireFire-Token": "é"}])
def test_hirefire_without_its_token_finds_nothing(client, db, headers):
    assert client.get("/hirefire", headers=headers).status_code == 404


def test_without_a_token_of_ours_nobody_is_told(client, db, settings):
    settings.HIREFIRE_TOKEN = ""

    assert client.get("/hirefire", headers={"HireFire-Token": ""}).status_code == 404


def test_hirefire_changes_nothing_while_towers_are_silent(client, load):
    load(leased=3)

    assert client.get("/hirefire", headers=TOKEN).status_code == 503


def test_judoscale_is_told_as_its_adapter_tells(load, console, settings, monkeypatch):
    monkeypatch.setattr(judoscale, "TIMEOUT", LIMIT)  # on a busy machine it has its time
    load(wanted=2)
    settings.DYNO = "clock.1"
    console |= {"web.1:10": word(), "web.1:11": word(queue=0.25), "web.2:10": word(busy=0)}

    with Service() as service:
        settings.JUDOSCALE_URL = f"{service.url}/api/0123"
        assert judoscale.tell(NOON) == 3
        requests = service.requests

    assert {request.path for request in requests} == {"/api/0123/v3/reports"}
    said = {request.json["container"]: request.json for request in requests}
    at = round(NOON.timestamp())
    assert said["clock.1"]["metrics"] == [[at, 0, "queue_time", "towers"]]
    assert said["web.1"]["metrics"] == [[at, 250, "queue_time", None]]
    assert said["web.2"]["metrics"] == [[at, 12, "queue_time", None]]
    assert set(said["web.1"]) == {"container", "pid", "config", "adapters", "metrics"}


def test_judoscale_that_is_away_costs_nothing_but_a_line(load, settings, caplog):
    load()
    settings.JUDOSCALE_URL = "http://127.0.0.1:1/api/0123"

    assert judoscale.tell(NOON) == 0
    assert "judoscale is not told" in caplog.text
