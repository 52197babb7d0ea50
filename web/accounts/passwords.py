"""Passwords that anybody would try first at a service like this one."""

import re

from django.core.exceptions import ValidationError

from web.accounts.models import User

WORDS = ("mocklot", "mqtt", "broker", "sensor", "device", "fleet", "simulator", "iot")
LEFT_LEAST = 8  # letters and digits that have to stand beside such words
REFUSED = "This password is little more than a word that everybody here would try. Add words."


class WordsOfOurs:
    """Refuses passwords that are a word of this trade, however it is written, and little more."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Raise ValidationError where too little is left without the words."""
        del user
        plain = re.sub(r"[^a-z0-9]", "", password.lower().translate(str.maketrans("013", "oie")))
        rest = re.sub("|".join(WORDS), "", plain)
        if rest != plain and len(rest) < LEFT_LEAST:
            raise ValidationError(REFUSED, code="password_of_the_trade")

    def get_help_text(self) -> str:
        """Return what the page says of it."""
        return "Not a word that everybody here would try."
