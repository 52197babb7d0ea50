"""The pages for those who get mails, outside of any workspace."""

from django.urls import path

from web.mail import views

urlpatterns = [
    path("mail/stop/<str:token>/", views.stop, name="mail_stop"),
    path("account/mails/", views.choose, name="mail_wishes"),
    path("account/mails/resume/", views.resume, name="mail_resume"),
    path("account/mails/lift/", views.lift, name="mail_lift"),
]
