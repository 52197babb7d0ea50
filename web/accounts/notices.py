"""Mails that tell users what became of their account, so that a theft is noticed."""

from web.accounts.models import User
from web.audit.origin import current
from web.mail import actions as mail


def tell(user: User, what: str, *, to: str = "") -> None:
    """Mail to a user what was done with the account, and from where.

    Args:
        user: Whose account.
        what: A sentence: "Your password was changed."
        to: Another address than the account's present one.
    """
    origin = current.get()
    context = {"user": user, "what": what, "address": origin.address, "agent": origin.agent}
    mail.post(to or user.email, what.rstrip("."), "mail/security", context)
