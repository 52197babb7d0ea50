"""How the page of the API shows the words of its document, which are CommonMark."""

import re

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

register = template.Library()
MARKED = re.compile(r"`([^`]+)`")


@register.filter
def code_marks(words: str) -> SafeString:
    """Return the words as HTML, with what stands between back-ticks as code."""
    return mark_safe(MARKED.sub(r"<code>\1</code>", escape(words)))  # noqa: S308  # escaped
