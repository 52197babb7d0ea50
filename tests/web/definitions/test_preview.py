import simulator
from web.definitions import preview

START = 1_790_000_000.0


def previewed(text: str, **changes) -> preview.Preview:
    arguments = {"window": 600.0, "seed": 1, "start": START, "datasets": {}}
    return preview.preview_of(simulator.parse(text), **(arguments | changes))


def test_messages_come_from_three_mocks_and_are_bounded(sound):
    shown = previewed(sound)

    assert len(shown.messages) == preview.MOST_MESSAGES
    assert {message.mock for message in shown.messages} == {0, 1, 2}
    assert shown.messages[0].address.startswith("fridges/f-00")
    assert shown.messages[0].payload.startswith('{\n  "t": ')


def test_each_metric_has_a_chart_over_the_window(sound):
    temperature, door = previewed(sound, window=3_600.0).charts

    assert (temperature.name, temperature.unit, temperature.labels) == ("temperature", "°C", [])
    assert len(temperature.values) == preview.MOST_POINTS
    assert (temperature.times[0], temperature.times[-1]) == (START, START + 3_600)
    assert door.labels == ["closed", "open"]
    assert door.values[:4] == [0.0, 1.0, 0.0, 1.0]


def test_the_seed_decides_everything(sound):
    assert previewed(sound) == previewed(sound)
    assert previewed(sound) != previewed(sound, seed=2)


def test_truth_is_drawn_as_steps(sound):
    text = sound.replace("[closed, open]", "[true, false, null]")

    door = previewed(text).charts[1]

    assert door.labels == ["true", "false"]
    assert door.values[:3] == [0.0, 1.0, None]


def test_a_definition_that_sends_nothing_says_so(sound):
    shown = previewed(sound.replace("running: {send: [telemetry]}", "running: {send: []}"))

    assert shown.messages == []
    assert shown.note == "Nothing is sent in this time."


def test_what_takes_too_long_is_ended_and_says_so(sound, monkeypatch):
    monkeypatch.setattr(preview, "MOST_SECONDS", -1.0)

    shown = previewed(sound)

    assert len(shown.messages) == 1
    assert shown.charts == []
    assert "too heavy to preview" in shown.note


def test_many_metrics_share_the_readings(sound):
    metrics = "\n".join(f"  m{number}: {{constant: {number}}}" for number in range(150))
    shown = previewed(sound.replace("metrics:", f"metrics:\n{metrics}"))

    assert len(shown.charts) == 152
    assert len(shown.charts[0].values) == preview.MOST_READINGS // 152


def test_a_long_payload_is_cut_for_reading(sound):
    shown = previewed(sound.replace('door: "{door}"', f'door: "{"x" * 5_000}"'))

    assert shown.messages[0].is_cut
    assert len(shown.messages[0].payload) == preview.MOST_PAYLOAD


def test_payloads_are_shown_as_what_they_are():
    assert preview.pretty(b'{"a":1}') == '{\n  "a": 1\n}'
    assert preview.pretty("grüß".encode()) == "grüß"
    assert preview.pretty(b"\xff\x00") == "ff 00"
