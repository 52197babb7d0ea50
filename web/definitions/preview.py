"""What a definition would send, for the page beside the editor.

Rule: bounded in mocks, messages, points, characters and seconds, so that no document that can be
typed holds up the console. What is beyond is said, not cut in silence.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

import simulator

MOCKS = 3
MOST_MESSAGES = 50
MOST_POINTS = 200  # of one chart, about one for two pixels
MOST_READINGS = 20_000  # of all charts together; about 0.5 s
MOST_SECONDS = 3.0  # for the messages; the router waits 30 s, a reader about 1
MOST_PICTURE_POINTS = 96  # of a metric's small picture, about one for a pixel
MOST_PAYLOAD = 4_000  # characters that are shown of one payload
MOST_LABELS = 12  # different texts in one chart
WINDOWS = {"10min": (600.0, "10 min"), "1h": (3_600.0, "1 h"), "24h": (86_400.0, "24 h")}
DEFAULT_WINDOW = "10min"


@dataclass(frozen=True, slots=True)
class Shown:
    """One message as the page shows it."""

    t: float  # s since the start
    mock: int
    status: str
    message: str
    address: str  # topic or path
    qos: int
    payload: str  # JSON on several lines
    is_cut: bool


@dataclass(frozen=True, slots=True)
class Chart:
    """One metric over the window. For text, ``values`` are positions in ``labels``."""

    name: str
    unit: str
    times: list[float]  # Unix s
    values: list[float | None]
    labels: list[str] = field(default_factory=list)  # empty for numbers

    @property
    def data(self) -> dict[str, Any]:
        """What the drawing of the chart takes."""
        return {"times": self.times, "values": self.values, "labels": self.labels}


@dataclass(frozen=True, slots=True)
class Preview:
    """Everything beside the editor. ``note`` says in a sentence what is not shown, and why."""

    messages: list[Shown]
    charts: list[Chart]
    note: str = ""


def preview_of(
    definition: simulator.Definition,
    *,
    window: float,
    seed: int,
    start: float,
    datasets: Mapping[str, simulator.Dataset],
) -> Preview:
    """Return what three mocks would send in the first ``window`` seconds, and charts of the first.

    Args:
        definition: A sound one.
        window: s, above 0.
        seed: 0 to 2**63 - 1; the same seed gives the same preview.
        start: Unix time of the first second.
        datasets: By the names in the definition.

    Raises:
        DatasetError: A dataset is not what the definition needs.
        StorageUnavailable: It needs a dataset, and the object store does not answer.
    """
    sent = simulator.preview(
        definition,
        mocks=MOCKS,
        duration=window,
        seed=seed,
        start=start,
        datasets=datasets,
        limit=MOST_MESSAGES,
    )
    messages, is_whole = _within(sent, seconds=MOST_SECONDS)
    if not is_whole:
        return Preview(messages, [], _too_heavy(messages))
    charts = _charts(definition, window=window, seed=seed, start=start, datasets=datasets)
    return Preview(messages, charts, "" if messages else "Nothing is sent in this time.")


def pictures_of(
    definition: simulator.Definition,
    *,
    window: float,
    start: float,
    datasets: Mapping[str, simulator.Dataset],
) -> list[Chart]:
    """Return a small chart of each metric of one mock over ``window`` seconds; see ``preview_of``.

    Args:
        definition: A sound one.
        window: s, above 0 and up to ``simulator.MAX_DURATION``.
        start: Unix time of the first second.
        datasets: By the names in the definition.

    Raises:
        DatasetError, StorageUnavailable: As of ``preview_of``.
    """
    return _charts(
        definition,
        window=window,
        seed=1,
        start=start,
        datasets=datasets,
        most_points=MOST_PICTURE_POINTS,
    )


def _within(
    sent: Iterator[simulator.PreviewMessage], *, seconds: float
) -> tuple[list[Shown], bool]:
    """Return what comes within the time, and whether that is all of it."""
    deadline = monotonic() + seconds
    messages = []
    for message in sent:
        messages.append(_shown(message))
        if monotonic() > deadline:
            return messages, False
    return messages, True


def _too_heavy(messages: list[Shown]) -> str:
    return (
        f"This definition is too heavy to preview: {len(messages)} messages took longer than "
        f"{MOST_SECONDS:g} s. It can still run; make its payloads smaller to see more here."
    )


def _shown(message: simulator.PreviewMessage) -> Shown:
    payload = pretty(message.payload)
    return Shown(
        t=message.t,
        mock=message.mock,
        status=message.status,
        message=message.message,
        address=message.topic or message.path or "",
        qos=message.qos,
        payload=payload[:MOST_PAYLOAD],
        is_cut=len(payload) > MOST_PAYLOAD,
    )


def pretty(payload: bytes) -> str:
    """Return a payload for reading: JSON indented, other text as it is, bytes as hex."""
    try:
        return json.dumps(json.loads(payload), indent=2, ensure_ascii=False)
    except ValueError:
        pass
    try:
        return payload.decode()
    except UnicodeDecodeError:
        return payload.hex(" ")


def _charts(
    definition: simulator.Definition,
    *,
    window: float,
    seed: int,
    start: float,
    datasets: Mapping[str, simulator.Dataset],
    most_points: int = MOST_POINTS,
) -> list[Chart]:
    if not definition.metrics:
        return []
    points = max(2, min(most_points, MOST_READINGS // len(definition.metrics)))
    values = simulator.series(
        definition, duration=window, points=points, seed=seed, start=start, datasets=datasets
    )
    times = [round(start + window * number / (points - 1), 3) for number in range(points)]
    return [
        _chart(name, column, times, unit=_unit(definition, name)) for name, column in values.items()
    ]


def _unit(definition: simulator.Definition, name: str) -> str:
    metric = definition.metrics.get(name) or definition.metrics.get(name.partition(".")[0])
    return metric.unit if metric else ""


def _chart(name: str, column: list[Any], times: list[float], *, unit: str) -> Chart:
    if all(value is None or _is_number(value) for value in column):
        return Chart(name, unit, times, column)
    words = [_word(value) for value in column]
    labels = list(dict.fromkeys(word for word in words if word is not None))[:MOST_LABELS]
    places = {word: float(place) for place, word in enumerate(labels)}
    return Chart(name, unit, times, [places.get(word or "") for word in words], labels)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _word(value: Any) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return None if value is None else str(value)
