"""Figures as the pages of datasets write them."""

from django import template

from web.datasets import sizes

register = template.Library()
register.filter("size", sizes.size_text)
