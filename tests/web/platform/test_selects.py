"""A select of many options is Django's own, but for the time that it takes."""

from django import forms

from web.platform.selects import LongSelect

CHOICES = [("UTC", "UTC"), ("Asia/Tokyo", "Asia/Tokyo"), ('<"&', "<i>'")]


def test_it_is_written_as_djangos_own():
    for value in ("Asia/Tokyo", '<"&', "", None):
        own, long = (
            kind(choices=CHOICES, attrs={"class": "wide"}).render("zone", value, {"required": True})
            for kind in (forms.Select, LongSelect)
        )

        assert words(long) == words(own)


def words(html: str) -> list[str]:
    """Return tags, attributes and texts; those of an element may stand in any order."""
    spaced = html.replace("<", " <").replace(">", " > ")
    return [word for line in spaced.split("<") for word in sorted(line.split())]
