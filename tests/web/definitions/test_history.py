import pytest
from django.urls import reverse

from web.definitions import actions, history


def address(page, definition, *more):
    return reverse(f"definitions:{page}", args=[definition.workspace.code, definition.code, *more])


@pytest.fixture
def edited(definition, teammate):
    """Return a definition whose second version says 40s where the first says 10s."""
    text = definition.text.replace("every: 10s", "every: 40s")
    assert text != definition.text
    actions.save_text(definition, text=text, base=1, by=teammate)
    return definition


def test_a_comparison_keeps_what_is_near_a_change_and_folds_the_rest():
    before = "".join(f"line {number}\n" for number in range(20))

    found = history.compared(before, before.replace("line 9\n", "nine\nnine and a half\n"))

    assert (found.added, found.removed, found.is_same) == (2, 1, False)
    assert [(line.kind, line.text or line.folded) for line in found.lines] == [
        ("fold", 6),
        ("same", "line 6"),
        ("same", "line 7"),
        ("same", "line 8"),
        ("gone", "line 9"),
        ("new", "nine"),
        ("new", "nine and a half"),
        ("same", "line 10"),
        ("same", "line 11"),
        ("same", "line 12"),
        ("fold", 7),
    ]
    changed = [line for line in found.lines if line.kind in ("gone", "new")]
    assert [(line.before, line.after) for line in changed] == [(10, None), (None, 10), (None, 11)]


def test_equal_texts_have_no_difference():
    assert history.compared("a\nb\n", "a\nb\n").is_same


def test_documents_that_are_too_long_are_not_compared():
    long = "x\n" * history.MOST_LINES

    found = history.compared(long, f"{long}y\n")

    assert (found.is_too_long, found.is_same) == (True, False)


def test_the_list_says_who_changed_how_many_lines(client_of, teammate, edited):
    page = client_of(teammate).get(address("versions", edited)).content.decode()

    assert "Tarou" in page
    assert "+1" in page
    assert "−1" in page
    assert address("restore", edited, 1) in page
    assert address("restore", edited, 2) not in page


def test_two_versions_are_compared_line_by_line(client_of, viewer, edited):
    page = client_of(viewer).get(address("compare", edited), {"from": "1", "to": "2"})

    comparison = page.context["comparison"]
    assert (comparison.added, comparison.removed) == (1, 1)
    assert "Restore" not in page.content.decode()


@pytest.mark.parametrize("query", [{"from": "9"}, {"to": "0"}])
def test_a_version_that_is_not_there_is_not_found(client_of, viewer, edited, query):
    assert client_of(viewer).get(address("compare", edited), query).status_code == 404


def test_restoring_makes_the_next_version_and_can_be_undone(client_of, teammate, edited):
    client = client_of(teammate)
    first, second = (edited.versions.get(number=number).text for number in (1, 2))

    asked = client.get(address("restore", edited, 1))
    answer = client.post(address("restore", edited, 1), follow=True)

    assert "Bring this version back?" in asked.content.decode()
    assert "To undo this, restore version 2." in answer.content.decode()
    edited.refresh_from_db()
    assert (edited.number, edited.text) == (3, first)
    client.post(address("restore", edited, 2))
    edited.refresh_from_db()
    assert (edited.number, edited.text) == (4, second)


def test_a_viewer_restores_nothing(client_of, viewer, edited):
    answer = client_of(viewer).post(address("restore", edited, 1))

    edited.refresh_from_db()
    assert (answer.status_code, edited.number) == (403, 2)


def test_a_version_that_is_no_longer_sound_is_not_restored(client_of, teammate, edited):
    edited.versions.filter(number=1).update(text="name: Fridge\nmetrics: 7\n")

    answer = client_of(teammate).post(address("restore", edited, 1), follow=True)

    edited.refresh_from_db()
    assert "It cannot be restored" in answer.content.decode()
    assert edited.number == 2
