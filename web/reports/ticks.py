"""What the clock does for reports: asks again for those whose job was lost."""

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from web.reports import actions
from web.reports.making import silent
from web.reports.models import Report, ReportState

WAITS_TOO_LONG = timedelta(minutes=1)
MOST = 20  # reports that one tick asks for


def ask_again() -> int:
    """Put the jobs of waiting and of silent reports into the queue; return how many.

    A report that is asked for twice is made once: the second job finds it taken.
    """
    now = timezone.now()
    lost = Q(state=ReportState.QUEUED, created__lt=now - WAITS_TOO_LONG)
    reports = list(Report.objects.filter(lost | silent()).order_by("created")[:MOST])
    for report in reports:
        actions.nudge(report)
    return len(reports)
