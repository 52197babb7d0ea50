"""What users say about themselves."""

import pytest
from django.urls import reverse


def fields(user, **changed):
    known = {"name": user.name, "time_zone": "UTC", "theme": "auto"}
    return {**known, **changed}


def test_the_account_is_saved(client_of, owner):
    changed = {"name": "Olga M", "time_zone": "Asia/Tokyo", "theme": "dark"}

    client_of(owner).post(reverse("account"), fields(owner, **changed))

    owner.refresh_from_db()
    assert (owner.name, owner.time_zone, owner.theme) == ("Olga M", "Asia/Tokyo", "dark")


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        ("name", "", "This field is required"),
        ("time_zone", "Mars/Olympus", "Select a valid choice"),
        ("theme", "pink", "Select a valid choice"),
    ],
)
def test_a_wrong_account_says_so_at_the_field(client_of, owner, field, value, text):
    answer = client_of(owner).post(reverse("account"), fields(owner, **{field: value}))

    assert text in str(answer.context["form"].errors[field])


def test_pages_show_times_in_the_zone_of_the_user(client_of, owner, workspace):
    owner.time_zone = "Asia/Tokyo"
    owner.save()

    page = client_of(owner).get(reverse("members", args=[workspace.code])).content.decode()

    assert "+09:00" in page
    assert "JST" in page


def test_a_zone_that_this_system_lacks_becomes_utc(client_of, owner, workspace):
    owner.time_zone = "Mars/Olympus"
    owner.save()

    page = client_of(owner).get(reverse("members", args=[workspace.code])).content.decode()

    assert "+00:00" in page


def test_the_theme_is_remembered_for_the_user(client_of, owner):
    client = client_of(owner)

    client.post(reverse("choose_theme"), {"theme": "dark", "next": "/account/"})

    assert 'data-theme="dark"' in client.get("/account/").content.decode()


def test_the_theme_of_a_visitor_is_in_a_cookie(client):
    client.post(reverse("choose_theme"), {"theme": "light"})

    assert 'data-theme="light"' in client.get("/").content.decode()


def test_a_theme_that_is_none_becomes_that_of_the_system(client):
    client.cookies["theme"] = '"><script>'

    assert 'data-theme="auto"' in client.get("/").content.decode()
