import json

import simulator
from web.definitions import library
from web.definitions.sparklines import limits_of, path_of

STALE = "run manage.py draw_library, and commit pictures.json"


def test_every_ready_definition_has_the_picture_of_its_text():
    drawn = json.loads(library.PICTURES.read_text())

    wanted = {one.name: library.hash_of(one.text) for one in simulator.ready()}
    assert {name: picture["of"] for name, picture in drawn.items()} == wanted, STALE


def test_a_picture_is_drawn_the_same_again():
    drawn = json.loads(library.PICTURES.read_text())
    bay = next(one for one in simulator.ready() if one.name == "parking-bay")

    assert list(library.lines_of(bay.text)) == drawn["parking-bay"]["lines"]


def test_a_line_fills_its_drawing_and_breaks_where_nothing_is():
    values = [0.0, 10.0, None, 5.0]

    path = path_of([0, 1, 2, 3], values, limits_of(values))

    assert path == "M0.0 33.0L40.0 3.0M120.0 18.0"


def test_a_level_line_stands_in_the_middle():
    assert path_of([0, 1], [7.0, 7.0], (7.0, 7.0)) == "M0.0 18.0L120.0 18.0"
