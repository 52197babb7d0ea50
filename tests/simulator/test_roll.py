"""What keeps definitions from being run together, as a lot is saved and started."""

import pytest

from simulator import Dataset, Definition, lot_problems, parse, read_dataset
from simulator.speech import MQTT_3

LISTED = """\
name: Pump
id: "{serial}"
variables:
  serial: {dataset: pumps.csv, column: serial}
messages:
  level: {every: 10s, json: {id: "{id}"}}
"""
NUMBERED = LISTED.replace('"{serial}"', '"pump-{index}"').replace("serial: {dataset", "s: {dataset")
PLAIN = 'name: Lamp\nid: "lamp-{index:04d}"\nmessages: {on: {every: 1s, json: 1}}\n'


def pumps(rows: int) -> dict[str, Dataset]:
    lines = ["serial", *(f"P{row:05d}" for row in range(rows))]
    return {"pumps.csv": read_dataset("pumps.csv", "\n".join(lines).encode())}


def texts(*parts: tuple[Definition, int], **how: object) -> list[str]:
    return [f"{each.part} {each}" for each in lot_problems(parts, **how)]  # type: ignore[arg-type]


def test_a_sound_lot_has_no_problems() -> None:
    assert texts((parse(LISTED), 20), (parse(PLAIN), 5), datasets=pumps(20), speech=MQTT_3) == []


def test_fewer_rows_than_mocks_are_told_with_how_many_are_needed() -> None:
    (text,) = texts((parse(PLAIN), 5), (parse(LISTED), 21), datasets=pumps(20))

    assert text.startswith("1 pumps.csv has 20 rows, and 21 mocks need one each; add rows, or say")


def test_rows_are_counted_from_the_first_mock_of_each_part() -> None:
    numbered = parse(NUMBERED)

    assert texts((numbered, 20), (numbered, 20), datasets=pumps(20)) == []


def test_two_parts_that_take_the_same_rows_as_ids_are_refused() -> None:
    listed = parse(LISTED)

    (text,) = texts((listed, 2), (parse(PLAIN), 3), (listed, 5), datasets=pumps(20))

    assert text == (
        "2 id: a mock of a part before it has the id 'P00000', 'P00001': "
        "each mock of a lot needs an id of its own"
    )


def test_rows_that_say_the_same_id_twice_are_refused() -> None:
    data = read_dataset("pumps.csv", b"serial\nA\nB\nA\nB\nB\nA\nA\n")

    (text,) = texts((parse(LISTED), 7), datasets={"pumps.csv": data})

    assert text.startswith("0 id: two of its mocks have the id 'A', 'B', 'B' and 2 more: each mock")


def test_parts_of_one_definition_have_ids_of_their_own_where_these_hold_the_index() -> None:
    lamp = parse(PLAIN)

    assert texts((lamp, 25_000), (lamp, 25_000)) == []


def test_a_missing_file_is_told_at_its_part() -> None:
    (text,) = texts((parse(PLAIN), 1), (parse(LISTED), 1))

    assert text.startswith("1 dataset needs the CSV file 'pumps.csv', it is not there")


def test_what_the_target_cannot_carry_is_told_with_the_definition() -> None:
    loud = PLAIN.replace("json: 1", "correlation: x, json: 1")

    (text,) = texts((parse(PLAIN), 1), (parse(loud), 1), speech=MQTT_3)

    assert text.startswith(
        "1 messages.on.correlation: the connection speaks MQTT 3.1.1, which has no"
    )


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_drawn_ids_are_held_for_the_run_s_own_seed(seed: int) -> None:
    drawn = PLAIN.replace('"lamp-{index:04d}"', '"{mac}"') + "variables: {mac: {mac: '00:1B:44'}}\n"

    assert texts((parse(drawn), 500), (parse(drawn), 500), seed=seed) == []
