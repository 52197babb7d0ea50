"""The rows of reports."""

from web.reports.models.made import LINK_LIFE, Form, Made, ReportState
from web.reports.models.reports import Report
from web.reports.models.standing import Content, Edition, Every, Standing, Subscriber

__all__ = [
    "LINK_LIFE",
    "Content",
    "Edition",
    "Every",
    "Form",
    "Made",
    "Report",
    "ReportState",
    "Standing",
    "Subscriber",
]
