"""bin/rehearse in its short form: built, released, deployed and scaled in as on the platform."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
WITHIN = 1_500.0  # s on a busy machine; every step inside has a limit of its own


@pytest.mark.parts("postgres", "pgbouncer", "mosquitto", "redis", "s3")
@pytest.mark.xdist_group("rehearsal")
def test_nothing_is_lost_by_a_deploy_and_a_scale_in(parts_folder: Path) -> None:
    folder = parts_folder / "rehearsal"
    command = [sys.executable, "bin/rehearse", "--mocks", "300", "--seconds", "1"]
    command += ["--packages", "shared"]

    done = subprocess.run(
        [*command, "--folder", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=WITHIN,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    assert (found["ok"], found["wrong"]) == (True, [])
    assert found["scale-in: mocks handed over"] == found["mocks"] == 300
    assert found["rows of the report"] == found["arrived at the subscriber"] >= 300
    assert (found["requests over 30 s"], found["secrets found"]) == (0, 0)
    assert found["secrets looked for"] >= 20


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (["--mocks", "9001"], "--mocks must be 1 to 9000"),
        (["--seconds", "-1"], "--seconds must be 0 to 3600"),
        (["--folder", str(ROOT)], "--folder must be empty"),
    ],
)
def test_options_that_make_no_sense_are_refused(options: list[str], text: str) -> None:
    command = [sys.executable, "bin/rehearse", *options]

    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=WITHIN, check=False
    )

    assert done.returncode == 2
    assert text in done.stderr
