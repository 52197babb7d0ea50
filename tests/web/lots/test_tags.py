"""Tags of lots: what may be one, where they show, and that runs take them along."""

import pytest
from django.urls import reverse

from tests.web.lots.test_views import address, typed  # noqa: F401
from web.lots.models import Lot
from web.lots.tags import pack, parse, shared


def test_tags_are_words_in_lower_case_each_once_in_order():
    assert parse("Press, night  press plant:3") == ("night", "plant:3", "press")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("grün", "“grün” is no tag"),
        ("a/b", "“a/b” is no tag"),
        ("x" * 31, "is too long, a tag has at most 30 characters"),
        (" ".join("abcdefghijk"), "These are 11 tags; there are at most 10"),
    ],
)
def test_what_is_no_tag_is_refused_in_a_sentence(text, why):
    with pytest.raises(ValueError, match=why):
        parse(text)


def test_several_lots_tags_are_one_list():
    assert shared([pack(("b", "a")), "", pack(("c", "a"))]) == ["a", "b", "c"]


def test_a_lot_is_saved_with_its_tags_and_its_form_shows_them(
    client_of,
    owner,
    workspace,
    typed,  # noqa: F811
):
    client = client_of(owner)

    client.post(address("create", workspace), typed(tags="Night press"))

    lot = Lot.objects.get()
    assert lot.tag_list == ["night", "press"]
    page = client.get(address("edit", workspace, lot)).content.decode()
    assert 'value="night press"' in page


def test_a_wrong_tag_is_told_at_its_field(client_of, owner, workspace, typed):  # noqa: F811
    answer = client_of(owner).post(address("create", workspace), typed(tags="a/b"))

    assert answer.status_code == 422
    assert "“a/b” is no tag" in answer.content.decode()


def test_the_list_shows_lots_with_a_tag_whole(client_of, owner, workspace, make_lot):
    make_lot(name="Night shift", tags=" night press ")
    make_lot(name="Nightly", tags=" nightly ")
    client = client_of(owner)

    page = client.get(reverse("lots:index", args=[workspace.code]) + "?tag=night").content.decode()

    assert "Night shift" in page
    assert ">Nightly<" not in page


def test_a_copy_has_the_tags(client_of, owner, workspace, make_lot):
    lot = make_lot(tags=" night ")

    client_of(owner).post(address("copy", workspace, lot))

    assert Lot.objects.exclude(id=lot.id).get().tag_list == ["night"]
