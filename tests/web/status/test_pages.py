"""The public pages: for everybody, of one look, and with what is not known."""

from django.test import Client


def test_the_pages_answer_before_anything_was_sampled(db):
    for path in ("/status", "/status.json", "/status.atom", "/status/history"):
        answer = Client().get(path)

        assert answer.status_code == 200, path
