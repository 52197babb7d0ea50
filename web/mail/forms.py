"""The form in which people choose what mails they get."""

from typing import Any

from django import forms

from web.mail.models import Topic
from web.mail.topics import RULES

CHOSEN = [topic for topic in Topic if RULES[topic].may_stop]
ALWAYS = [topic for topic in Topic if not RULES[topic].may_stop]


class WishesForm(forms.Form):
    """A box for each kind of mail that can be stopped, ticked where it is wanted."""

    def __init__(self, *args: Any, stopped: set[str], **options: Any) -> None:
        """``stopped`` are the topics of which nothing is wanted."""
        super().__init__(*args, **options)
        for topic in CHOSEN:
            self.fields[topic] = forms.BooleanField(
                label=topic.label,
                required=False,
                initial=topic not in stopped,
                help_text=RULES[topic].help,
            )

    def wanted(self) -> set[Topic]:
        """Return what was ticked; of a form that is valid."""
        return {topic for topic in CHOSEN if self.cleaned_data[topic]}
