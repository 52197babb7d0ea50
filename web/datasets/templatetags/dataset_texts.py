"""Figures and words as the pages of datasets write them."""

from datetime import UTC, datetime

from django import template

from web.datasets import sizes

register = template.Library()
register.filter("size", sizes.size_text)

KINDS = {"csv": "CSV", "gpx": "GPX", "geojson": "GeoJSON"}
KINDS |= {
    "credentials": "credential table, kept encrypted",
    "proto": "Protocol Buffers",
    "avsc": "Avro",
}


@register.filter
def kind(word: str) -> str:
    """Return a kind of file as people write it."""
    return KINDS[word]


@register.filter
def moment(seconds: float) -> str:
    """Return a moment of Unix seconds as people write it."""
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M} UTC"


@register.filter
def ending(name: str) -> str:
    """Return the last part of a file's name, without the dot."""
    return name.rpartition(".")[2]
