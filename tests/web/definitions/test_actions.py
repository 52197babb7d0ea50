import pytest

from web.definitions import actions
from web.definitions.models import Definition, Version


def test_each_save_makes_a_version_and_keeps_the_ones_before(definition, sound, owner, teammate):
    saved = actions.save_text(definition, text=sound.replace("10s", "5s"), base=1, by=teammate)

    assert saved.number == definition.number == 2
    assert definition.edited_by == teammate
    assert [version.created_by for version in definition.versions.all()] == [teammate, owner]
    assert "every: 10s" in definition.versions.get(number=1).text
    assert "every: 5s" in definition.text


def test_saving_the_same_text_makes_no_version(definition, sound, owner):
    assert actions.save_text(definition, text=sound, base=1, by=owner).number == 1
    assert Version.objects.count() == 1


def test_an_unsound_text_changes_nothing(definition, unsound, owner):
    with pytest.raises(actions.BadDocument, match="temprature"):
        actions.save_text(definition, text=unsound, base=1, by=owner)

    assert Version.objects.count() == 1


def test_who_saves_over_a_newer_version_is_told(definition, sound, owner):
    actions.save_text(definition, text=sound.replace("10s", "5s"), base=1, by=owner)

    with pytest.raises(actions.SavedMeanwhile, match="Somebody else has saved"):
        actions.save_text(definition, text=sound.replace("10s", "7s"), base=1, by=owner)

    assert "every: 5s" in definition.text


def test_the_name_is_the_one_in_the_document(definition, sound, owner):
    actions.save_text(definition, text=sound.replace("Fridge", "Freezer"), base=1, by=owner)

    assert Definition.objects.get().name == "Freezer"


def test_a_name_is_given_once_in_a_workspace(definition, workspace, sound, owner):
    with pytest.raises(actions.BadDocument) as refused:
        actions.create_definition(workspace, text=sound, by=owner)

    (problem,) = refused.value.problems
    assert (problem.place, problem.line) == ("name", 1)
    assert "another definition" in problem.text


def test_renaming_keeps_the_rest_of_the_text(definition, owner):
    actions.rename_definition(definition, name="Cold room", by=owner)

    assert definition.name == "Cold room"
    assert definition.text.startswith('name: "Cold room"\nid:')
    assert "# what the sensor says" in definition.text


def test_copies_get_names_of_their_own(definition, owner):
    names = [actions.copy_definition(definition, by=owner).name for _ in range(3)]

    assert names == ["Fridge (copy)", "Fridge (copy 2)", "Fridge (copy 3)"]


def test_a_name_that_is_too_long_is_refused_at_its_place(workspace, sound, owner):
    with pytest.raises(actions.BadDocument) as refused:
        actions.create_definition(workspace, text=sound.replace("Fridge", "F" * 101), by=owner)

    assert refused.value.problems[0].line == 1
