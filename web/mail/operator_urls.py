"""The operators' pages of mail, under ``/operations/mails/``."""

from django.urls import path

from web.mail import operator_views

ONE = "<uuid:mail>/"
urlpatterns = [
    path("", operator_views.index, name="operations_mails"),
    path("release/", operator_views.release, name="operations_mails_release"),
    path("addresses/", operator_views.addresses, name="operations_mail_addresses"),
    path("addresses/<uuid:suppression>/lift/", operator_views.lift, name="operations_mail_lift"),
    path("incoming/", operator_views.incoming, name="operations_mail_incoming"),
    path(ONE, operator_views.detail, name="operations_mail"),
    path(f"{ONE}again/", operator_views.try_again, name="operations_mail_again"),
]
