"""Ready profiles on the command line and in a lot file."""

import re
from argparse import ArgumentParser
from pathlib import Path

import pytest

from simulator.__main__ import main
from simulator.commands import run
from simulator.commands.runs.asked import job_of
from simulator.errors import DefinitionError
from simulator.lot import Sas
from simulator.lot.profiles import PROFILES

SENSOR = """
name: Sensor
id: "s-{index}"
messages: {t: {every: 1s, topic: "devices/{id}/messages/events/", json: 1}}
"""
LOT = """\
parts: [{definition: sensor.yaml, count: 2}]
duration: 10s
target:
  profile: azure
  inputs: {hub: h.azure-devices.net, shows: policy_key, key: "${HUB_KEY}"}
  keep_alive: 30
"""
HUB = "--input=hub=h.azure-devices.net"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HUB_KEY", "c2VzYW1l")
    (tmp_path / "sensor.yaml").write_text(SENSOR)
    (tmp_path / "lot.yaml").write_text(LOT)
    return tmp_path


def job(file: Path, *arguments: str):
    parser = ArgumentParser()
    run.arguments(parser)
    made = job_of(parser.parse_args([str(file), *arguments]))
    made.check()
    return made


def test_arguments_make_a_target_by_a_profile(folder: Path) -> None:
    (folder / "key").write_text("c2VzYW1l\n")

    made = job(
        folder / "sensor.yaml", "--duration=5", "--profile=azure", HUB,
        "--input=shows=policy_key", f"--input=key=@{folder / 'key'}",
    )  # fmt: skip

    assert made.lot.target.host == "h.azure-devices.net"
    assert isinstance(made.secrets.password, Sas)
    assert made.secrets.password.key == "c2VzYW1l"


def test_a_lot_file_makes_a_target_by_a_profile_and_says_more_of_it(folder: Path) -> None:
    made = job(folder / "lot.yaml")

    assert (made.lot.target.port, made.lot.target.keep_alive) == (8883, 30)
    assert isinstance(made.secrets.password, Sas)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("profile: azure", "profile: azur", "target.profile: unknown profile 'azur', did you mean"),
        ("hub: h.azure-devices.net, ", "", "target.inputs.hub: is needed"),
        ("hub: h", "hbu: h", "target.inputs.hbu: unknown input, did you mean 'hub'?"),
        ('inputs: {hub: h.azure-devices.net, shows: policy_key, key: "${HUB_KEY}"}', "inputs: x",
         "target.inputs: needs a mapping of names to texts"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_lot_file_is_told_at_its_place(
    folder: Path, old: str, new: str, told: str
) -> None:
    (folder / "lot.yaml").write_text(LOT.replace(old, new))

    with pytest.raises(DefinitionError, match=re.escape(told)):
        job(folder / "lot.yaml")


@pytest.mark.parametrize("file", ["lot.yaml", "sensor.yaml"])
def test_what_the_service_does_not_take_is_refused(folder: Path, file: str) -> None:
    (folder / "sensor.yaml").write_text(SENSOR.replace("devices/{id}", "plants/{id}"))
    more = ["--duration=5", "--profile=azure", HUB] if file == "sensor.yaml" else []

    with pytest.raises(DefinitionError, match=r"messages.t.topic: must begin with devices/\{id\}"):
        job(folder / file, *more)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--input=hub=x"], "--input belongs to --profile, which is not given"),
        (["--profile=azure", "--target=mqtt://h"], "needs one of them, got --target and --profile"),
        (["--profile=azure", "--input=hub"], "--input: must be NAME=VALUE, got 'hub'"),
        (["--profile=azure", "--input=hub=@/none"], "/none: cannot be read"),
    ],
)
def test_arguments_that_cannot_be_are_refused(
    folder: Path, arguments: list[str], told: str
) -> None:
    with pytest.raises(DefinitionError, match=re.escape(told)):
        job(folder / "sensor.yaml", "--duration=5", *arguments)


def test_profiles_are_listed_with_what_they_ask_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["profiles"]) == 0
    listed = capsys.readouterr().out
    assert all(
        line.startswith(name) for name, line in zip(PROFILES, listed.splitlines(), strict=True)
    )

    assert main(["profiles", "azure"]) == 0
    told = capsys.readouterr().out
    assert "--input hub=... " in told
    assert "    policy_key: a signature by a key of the hub" in told

    assert main(["profiles", "azur"]) == 2
    assert "did you mean 'azure'?" in capsys.readouterr().err
