import pytest

from web.definitions import naming


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("name: Old\nid: x\n", 'name: "New: 1"\nid: x\n'),
        ("# that\nid: x\nname:   'Old'  # why\n", '# that\nid: x\nname:   "New: 1"  # why\n'),
        ('{"id": "name", "name": "Old"}', '{"id": "name", "name": "New: 1"}'),
        ("metrics: {name: {a: [name]}}\nname: Old", 'metrics: {name: {a: [name]}}\nname: "New: 1"'),
        ("constants:\n  name: x\nname: 日本\n", 'constants:\n  name: x\nname: "New: 1"\n'),
    ],
)  # fmt: skip
def test_only_the_name_at_the_top_changes(text, expected):
    assert naming.renamed(text, "New: 1") == expected


def test_a_name_may_hold_any_letter():
    assert naming.renamed("name: a\n", 'Kühl "7" \\ 冷') == 'name: "Kühl \\"7\\" \\\\ 冷"\n'


@pytest.mark.parametrize("text", ["", "id: x", "- name: x", "name: [a]\n", "name: {", "\t"])
def test_a_text_without_a_name_is_refused(text):
    with pytest.raises(naming.NoName):
        naming.renamed(text, "x")


def test_a_problem_stands_at_the_name():
    problem = naming.problem("id: x\nname: Old\n", "taken")

    assert (problem.place, problem.line, problem.column) == ("name", 2, 7)
