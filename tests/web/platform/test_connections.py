"""Connections that are kept: what is under way over one is never lost."""

import pytest
from django.db import connection, transaction

from web.accounts.models import Workspace
from web.platform import connections

pytestmark = pytest.mark.django_db


def test_a_transaction_goes_on_over_its_connection():
    with transaction.atomic():
        Workspace.objects.create(name="Plant")
        before = connection.connection

        connections.keep()

        assert connection.connection is before
        assert Workspace.objects.filter(name="Plant").exists()
