"""The smallest edits of a document's text: what is not meant stays as it was typed."""

import json
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
COLD_CHAIN = (ROOT / "tests" / "definitions" / "cold-chain.yaml").read_text()
TRACKER = (ROOT / "tests" / "definitions" / "tracker.json").read_text()
SMALL = """\
name: Fridge   # for people
id: "f-{index}"

# What it measures
metrics:
  # the air
  air: {unit: "°C", walk: {start: 4, step: 0.2}}  # inside
  door:
    bucket: [closed, open]
statuses:
  on:
    go:
      - to: off
        after: 1h
  off: {}
"""
EDIT = """async (asked) => {
  const { read } = await import("/static/js/definition/reading.js");
  const edits = await import("/static/js/definition/edits.js");
  return asked.map(([text, name, arguments_]) => {
    const after = edits.applied(text, edits[name](read(text), ...arguments_));
    return [after, read(after).problem];
  });
}"""

pytestmark = pytest.mark.parts("postgres", "pgbouncer", "mosquitto", "chromium", "redis", "s3")

AIR = '  air: {unit: "°C", walk: {start: 4, step: 0.2}}  # inside\n'
BATTERY = ',\n    "battery": {"unit": "%", "ramp": {"from": 100, "to": 5, "over": "12h"}}'
COPY = '  b: {unit: "°C", walk: {start: 4, step: 0.2}}\n'
ON = "  on:\n    go:\n      - to: off\n        after: 1h\n"
GOES = "      - to: off\n        after: 1h\n"

# (text, edit, its arguments, what goes from the text, what comes in its place)
EDITS = [
    (SMALL, "put", [["metrics", "air", "walk", "step"], 0.5], "step: 0.2", "step: 0.5"),
    (SMALL, "put", [["metrics", "air", "unit"], "K"], '"°C"', '"K"'),
    (SMALL, "put", [["id"], "x-{index}"], '"f-{index}"', '"x-{index}"'),
    (SMALL, "put", [["metrics", "air", "walk", "max"], 9], "step: 0.2", "step: 0.2, max: 9"),
    (SMALL, "put", [["metrics", "door", "unit"], "x"], "open]\n", "open]\n    unit: x\n"),
    (SMALL, "put", [["statuses", "off", "end"], True], "off: {}", "off: {end: true}"),
    (
        SMALL,
        "put",
        [["statuses", "on", "go", 1], {"to": "off", "when": "air > 8"}],
        GOES,
        GOES + "      - {to: off, when: air > 8}\n",
    ),
    (
        SMALL,
        "put",
        [["constants"], {"site": "a: b"}, ["name", "id", "constants", "metrics"]],
        '{index}"\n',
        '{index}"\nconstants:\n  site: "a: b"\n',
    ),
    (SMALL, "remove", [["metrics", "air", "unit"]], 'unit: "°C", ', ""),
    (SMALL, "remove", [["metrics", "air", "walk", "step"]], ", step: 0.2", ""),
    (SMALL, "remove", [["metrics", "door"]], "  door:\n    bucket: [closed, open]\n", ""),
    (SMALL, "remove", [["metrics", "door", "bucket", 0]], "closed, ", ""),
    (SMALL, "remove", [["statuses", "on", "go", 0]], "go:\n" + GOES, "go: []\n"),
    (SMALL, "remove", [["statuses", "on", "go", 0, "to"]], "to: off\n        ", ""),
    (SMALL, "rename", [["metrics", "air"], "inner air"], "  air:", "  inner air:"),
    (SMALL, "copy", [["metrics", "air"], "b"], AIR, AIR + COPY),
    (
        SMALL,
        "put",
        [["statuses", "on", "go", 0], {"to": "off", "when": "air > 8"}],
        "after: 1h",
        "when: air > 8",
    ),
    (SMALL, "move", [["statuses", "on"], 1], ON + "  off: {}\n", "  off: {}\n" + ON),
    (TRACKER, "remove", [["metrics", "battery"]], BATTERY, ""),
    (TRACKER, "rename", [["metrics", "battery"], "b"], '"battery": {"unit', '"b": {"unit'),
    (TRACKER, "put", [["statuses", "lost", "end"], True], '10"}]}', '10"}], "end": true}'),
    (
        COLD_CHAIN,
        "put",
        [["metrics", "door", "unit"], "x"],
        "order: random}",
        "order: random, unit: x}",
    ),
    (
        COLD_CHAIN,
        "put",
        [["statuses", "running", "send", 1], "b"],
        "[telemetry, burst]",
        "[telemetry, b]",
    ),
]


def test_an_edit_changes_only_what_it_means(visitor):
    visitor.page.goto("/")

    edited = visitor.page.evaluate(EDIT, [edit[:3] for edit in EDITS])

    for (text, edit, arguments, gone, come), (after, problem) in zip(EDITS, edited, strict=True):
        assert gone in text
        assert problem is None
        assert after == text.replace(gone, come, 1), f"{edit} {arguments}"


@pytest.mark.parametrize("text", [COLD_CHAIN, TRACKER, SMALL], ids=["yaml", "json", "comments"])
def test_every_value_can_be_put_back_and_every_entry_taken_out(visitor, text):
    visitor.page.goto("/")

    wrong = visitor.page.evaluate(
        """async (text) => {
          const { read } = await import("/static/js/definition/reading.js");
          const { applied, put, remove } = await import("/static/js/definition/edits.js");
          const reading = read(text);
          const wrong = [];
          const after = (changes) => read(applied(text, changes));
          const walk = (value, path) => {
            const back = applied(text, put(reading, path, structuredClone(value)));
            if (back !== text) wrong.push(["changed", path]);
            const other = after(put(reading, path, "{else}: #"));
            if (other.value(path) !== "{else}: #") wrong.push(["put", path, other.problem]);
            const without = after(remove(reading, path));
            const isThere = typeof path.at(-1) === "string" && without.has(path);
            if (without.problem || isThere) wrong.push(["remove", path, without.problem]);
            if (value && typeof value === "object") walkInside(value, path);
          };
          const walkInside = (value, path) => {
            for (const [key, child] of Object.entries(value)) {
              walk(child, [...path, Array.isArray(value) ? Number(key) : key]);
            }
          };
          walkInside(reading.data, []);
          return wrong;
        }""",
        text,
    )

    assert json.dumps(wrong) == "[]"
