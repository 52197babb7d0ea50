"""The release phase: held to what every process is held to, and to no more."""

import pytest
from django.core.checks import Error, register
from django.core.checks.registry import registry
from django.core.management import call_command
from django.core.management.base import SystemCheckError


@pytest.mark.django_db
def test_a_release_is_refused_where_a_process_would_not_start(settings):
    settings.HAS_SECRET_KEY = settings.DEBUG = False

    with pytest.raises(SystemCheckError, match=r"platform\.E001"):
        call_command("migrate", skip_checks=False, verbosity=0)


@pytest.mark.django_db
def test_a_release_does_not_wait_for_what_the_tests_hold(settings):
    settings.HAS_SECRET_KEY = True

    @register("urls")
    def pages(**_):
        return [Error("every page was loaded")]

    try:
        call_command("migrate", skip_checks=False, verbosity=0)
    finally:
        registry.registered_checks.remove(pages)
