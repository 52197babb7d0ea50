"""Every generator says what it is, and every example that it gives runs."""

import pytest

from docs.press.drawn import datasets, document_of
from simulator import check, parse, preview, read_dataset
from simulator.definition.metrics.generator import FAMILIES, KINDS

DATASETS = datasets()
EXAMPLES = [(word, example) for word, kind in KINDS.items() for example in kind.examples]
FRAME = """
name: Example
id: "x-{index}"
messages: {m: {every: 1s, topic: t, json: {a: 1}}}
metrics:
"""


@pytest.mark.parametrize(("word", "example"), EXAMPLES)
def test_every_example_runs(word: str, example: str) -> None:
    definition = parse(document_of(example), datasets=DATASETS)

    messages = list(preview(definition, mocks=3, duration=30.0, datasets=DATASETS, limit=20))

    assert word in [metric.generator.word for metric in definition.metrics.values()]
    assert len(messages) == 20
    assert all(each.payload.startswith(b'{"') for each in messages)


@pytest.mark.parametrize("word", sorted(KINDS))
def test_every_generator_says_what_it_is_and_each_parameter_what_it_means(word: str) -> None:
    kind = KINDS[word]

    assert kind.family in FAMILIES
    assert kind.purpose
    assert kind.examples
    assert kind.__doc__
    assert [name for name, field in kind.model_fields.items() if not field.description] == []


@pytest.mark.parametrize(
    ("metric", "text"),
    [
        (
            "replay: {dataset: doors.csv, column: n, time: door}",
            "metrics.m.replay: doors.csv: column 'door' must hold ISO times or numbers",
        ),
        (
            "route: {dataset: parked.gpx, speed: 1}",
            "metrics.m.route: parked.gpx: a route needs two points, it has one place",
        ),
    ],
)
def test_a_dataset_that_a_generator_cannot_use_is_refused_before_anything_runs(
    metric: str, text: str
) -> None:
    parked = b'<gpx><trk><trkseg><trkpt lat="1" lon="2"/></trkseg></trk></gpx>'
    datasets = {
        "doors.csv": read_dataset("doors.csv", b"n,door\n1,open\n"),
        "parked.gpx": read_dataset("parked.gpx", parked),
    }

    checked = check(f"{FRAME}  m: {{{metric}}}\n", datasets=datasets)

    assert [str(problem).startswith(text) for problem in checked.problems] == [True]
