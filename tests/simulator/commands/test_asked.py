"""What the arguments of ``run`` make of a lot file, and where its log may go."""

from argparse import ArgumentParser
from pathlib import Path

import pytest

from simulator.commands.run import arguments
from simulator.commands.runs.asked import job_of
from simulator.commands.runs.chunks import make_folder
from simulator.commands.runs.job import Job
from simulator.errors import DefinitionError

SENSOR = """
name: Sensor
id: "s-{index}"
messages: {telemetry: {every: 1s, topic: "t/{id}", json: {seq: "{seq}"}}}
"""
LOT = """
target: "mqtt://van:first@broker.example"
secrets: {password: second, observer_password: third}
duration: 5s
parts: [{definition: sensor.yaml, count: 2}]
"""


def asked(folder: Path, *given: str) -> Job:
    (folder / "sensor.yaml").write_text(SENSOR, "utf-8")
    (folder / "lot.yaml").write_text(LOT, "utf-8")
    parser = ArgumentParser()
    arguments(parser)
    return job_of(parser.parse_args([str(folder / "lot.yaml"), *given]))


def test_a_target_in_the_place_of_a_lots_own_keeps_the_secrets_that_it_does_not_name(
    tmp_path: Path,
) -> None:
    job = asked(tmp_path, "--target", "mqtt://other@elsewhere.example")

    assert job.lot.target.host == "elsewhere.example"
    assert (job.secrets.username, job.secrets.password) == ("other", "second")
    assert job.secrets.observer_password == "third"


def test_a_profile_in_the_place_of_a_lots_target_refuses_what_its_service_does_not_take(
    tmp_path: Path,
) -> None:
    hub = ("--profile", "azure", "--input", "hub=my-hub.azure-devices.net")

    with pytest.raises(DefinitionError, match="topic"):
        asked(tmp_path, *hub)


def test_a_folder_with_the_log_of_another_run_is_refused(tmp_path: Path) -> None:
    make_folder(tmp_path / "log")
    make_folder(tmp_path / "log")
    (tmp_path / "log" / "mocks-000000-00000.parquet").touch()

    with pytest.raises(DefinitionError, match="has the log of a run already"):
        make_folder(tmp_path / "log")
