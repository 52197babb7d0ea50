"""The operators' page of scaling, under ``/operations/scaling/``."""

from django.urls import path

from web.scaling import views

urlpatterns = [path("", views.index, name="operations_scaling")]
