"""The operators' pages of usage, prices and plans, under ``/operations/usage/``."""

from django.urls import path

from web.usage import operator_views, plan_views, price_views

urlpatterns = [
    path("", operator_views.index, name="operations_usage"),
    path("<str:month>.csv", operator_views.download, name="operations_billing"),
    path("workspaces/<uuid:workspace>/plan/", plan_views.give, name="operations_give_plan"),
    path("prices/", price_views.index, name="operations_prices"),
    path("prices/set/", price_views.set_price, name="operations_set_price"),
    path("prices/<uuid:price>/withdraw/", price_views.withdraw, name="operations_withdraw_price"),
    path("plans/", plan_views.index, name="operations_plans"),
    path("plans/new/", plan_views.create, name="operations_new_plan"),
    path("plans/<uuid:plan>/", plan_views.edit, name="operations_plan"),
    path("plans/<uuid:plan>/delete/", plan_views.delete, name="operations_delete_plan"),
]
