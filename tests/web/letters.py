"""What mails say, whatever their lines."""

from web.mail.models import Mail


def said(mail: Mail | None) -> str:
    """Return a mail's text on one line: where it breaks moves with the names and dates in it."""
    assert mail is not None
    return " ".join(mail.text.split())
