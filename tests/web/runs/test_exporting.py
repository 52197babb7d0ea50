from urllib.request import urlopen

import pytest
from workshop.supervisor import free_port

from simulator import Export, Exports
from web.runs import shift


def test_nobody_is_told_unless_it_is_set():
    assert shift.exporting("worker.1/x") is None


def test_prometheus_is_answered_on_the_port_that_is_set(settings):
    settings.METRICS_PORT = free_port()

    export = shift.exporting("worker.1/x")

    assert export is not None
    assert export.port == settings.METRICS_PORT
    with urlopen(f"http://127.0.0.1:{export.port}/metrics", timeout=60) as answer:
        assert answer.status == 200
    export.close()


def test_a_port_that_is_taken_does_not_keep_a_tower_from_sending(
    settings, caplog: pytest.LogCaptureFixture
):
    other = Export(Exports(port=0), tower="t")
    settings.METRICS_PORT = other.port

    assert shift.exporting("worker.1/x") is None

    assert "metrics are not told" in caplog.text
    other.close()
