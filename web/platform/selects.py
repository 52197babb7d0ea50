"""Selects of hundreds of options, such as all time zones.

Rule: looks and behaves as Django's own, and is written without a template for each option: 2 ms of
CPU in the place of 50.
"""

from typing import Any

from django import forms
from django.forms.renderers import BaseRenderer
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString


class LongSelect(forms.Select):
    """A select without groups."""

    def render(
        self,
        name: str,
        value: Any,
        attrs: dict[str, Any] | None = None,
        renderer: BaseRenderer | None = None,
    ) -> SafeString:
        """Return the element; ``renderer`` has nothing to do."""
        del renderer
        chosen = set(self.format_value(value))
        marked = {True: flatatt({"selected": True}), False: ""}
        rows = ((key, marked[str(key) in chosen], words) for key, words in self.choices)
        options = format_html_join("\n", '<option value="{}"{}>{}</option>', rows)
        said = self.build_attrs(self.attrs, {**(attrs or {}), "name": name})
        return format_html("<select{}>\n{}\n</select>", flatatt(said), options)
