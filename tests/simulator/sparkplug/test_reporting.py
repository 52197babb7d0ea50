"""What metrics of an Edge Node may be: also what is fixed for a mock, and none at all."""

from typing import Any

from simulator import parse_document, preview
from tests.simulator.sparkplug.schema import read, value_of


def births(sparkplug: dict[str, Any]) -> dict[str, Any]:
    """Return the NBIRTH and DBIRTH of the second of two mocks, read by Google's library."""
    document = {
        "name": "Line",
        "id": "line-{index}",
        "constants": {"firmware": "1.4"},
        "variables": {"limit": {"choice": [7]}},
        "metrics": {"power": {"constant": 21.5}},
        "sparkplug": {"group": "plant", "every": "1s", **sparkplug},
    }
    sent = preview(parse_document(document), mocks=2, duration=3.0)
    mine = [each for each in sent if each.mock == 1]
    return {(each.topic or "").split("/")[2]: read(each.payload) for each in reversed(mine)}


def test_a_metric_may_say_what_is_fixed_for_its_mock() -> None:
    values = {
        "Limit": {"value": "{limit}", "type": "Int32"},
        "Number": {"value": "{index:04d}", "type": "String"},
        "Label": {"value": "{id} {firmware} {power}", "type": "String"},
    }

    birth = births({"metrics": values})["NBIRTH"]

    found = {metric.name: value_of(metric) for metric in birth.metrics}
    assert found["Limit"] == 7
    assert found["Number"] == "0001"
    assert found["Label"] == "line-1 1.4 21.5"


def test_a_device_without_metrics_is_born_all_the_same() -> None:
    found = births({"devices": {"press": {"metrics": {}}}})

    assert [metric.name for metric in found["NBIRTH"].metrics] == ["bdSeq", "Node Control/Rebirth"]
    assert list(found["DBIRTH"].metrics) == []
    assert (found["NBIRTH"].seq, found["DBIRTH"].seq) == (0, 1)
