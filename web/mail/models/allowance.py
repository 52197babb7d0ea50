"""How many mails there may be: the month's count, and gates that are closed for a while."""

from django.db import models
from django.utils import timezone


class Month(models.Model):
    """A month, by UTC as the mail service counts, and how many of its mails were taken."""

    first = models.DateField(unique=True)  # its first day
    taken = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.first:%Y-%m}: {self.taken}"


class GateName(models.TextChoices):
    RATE = "rate", "Too many at once"  # the mail service answered 429
    QUOTA = "quota", "Quota used up"  # the mail service says so, whatever we counted


class Gate(models.Model):
    """Something that no mail passes until ``until``; a row only while it is closed.

    Of a used-up quota one mail, ``trial``, is tried at ``ask_at``: the service's month may begin at
    another time than ours, and its plan may have been raised without a word to us.
    """

    name = models.CharField(max_length=5, choices=GateName.choices, unique=True)
    closed = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField()
    reason = models.CharField(max_length=300)
    quota = models.PositiveIntegerField(default=0)  # MAIL_QUOTA when it was closed
    ask_at = models.DateTimeField(null=True)
    trial = models.PositiveBigIntegerField(null=True)  # id of the mail that may pass

    def __str__(self) -> str:
        return f"{self.name} until {self.until:%Y-%m-%d %H:%M:%S}"
