"""Files, and datasets in each of their states."""

from collections.abc import Callable

import pytest

from web.datasets import actions, jobs
from web.datasets.models import Dataset

CSV = b"date,temperature,note\n2026-01-01T00:00:00Z,4.5,dry\n2026-01-01T01:00:00Z,,wet\n"
GPX = b"""<?xml version="1.0"?>
<gpx version="1.1" creator="test" xmlns="http://www.topografix.com/GPX/1/1"><trk><trkseg>
<trkpt lat="45.0" lon="14.0"><ele>100</ele></trkpt>
<trkpt lat="45.1" lon="14.0"><ele>120</ele></trkpt>
<trkpt lat="45.1" lon="14.1"><ele>110</ele></trkpt>
</trkseg></trk></gpx>"""


@pytest.fixture
def nudged(monkeypatch) -> list[str]:
    """Return the codes of the uploads that a job was asked for, in order."""
    codes: list[str] = []
    monkeypatch.setattr(actions, "nudge", lambda upload: codes.append(str(upload.code)))
    return codes


@pytest.fixture
def put(workspace, owner, object_store, nudged) -> Callable[..., Dataset]:
    """Return a function that uploads a file and reads it, as browser and job do."""

    def upload(data: bytes = CSV, name: str = "cold.csv", *, read: bool = True) -> Dataset:
        found = Dataset.objects.filter(workspace=workspace, name=name).first()
        if found is None:
            ticket = actions.new_upload(workspace, name=name, size=len(data), by=owner)
        else:
            ticket = actions.replace_file(found, size=len(data), by=owner)
        object_store.put(ticket.upload.key, data)
        actions.uploaded(ticket.upload.dataset)
        if read:
            jobs.read_upload(str(ticket.upload.code))
        return Dataset.objects.get(workspace=workspace, name=name)

    return upload
