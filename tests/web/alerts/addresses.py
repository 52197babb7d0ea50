"""Addresses of the pages of watching, and what an answer says."""

from django.urls import reverse


def address(page, workspace, *codes):
    return reverse(f"alerts:{page}", args=[workspace.code, *(each.code for each in codes)])


def words(answer):
    return answer.content.decode()
