"""What gunicorn serves."""

import os

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "web.settings")

application = get_wsgi_application()


def refuse_wrong_settings() -> None:
    """Stop the start by name, as every management command does by the same checks."""
    from django.core.checks import run_checks  # noqa: PLC0415

    from web.platform.checks import START  # noqa: PLC0415 (needs the settings above)

    for problem in run_checks(tags=[START]):
        if problem.is_serious():
            raise ImproperlyConfigured(f"{problem.msg}. {problem.hint}")


def limit_statements() -> None:
    """Hold also what this process asks the database outside of requests."""
    from web.platform import statements  # noqa: PLC0415 (needs the settings above)

    statements.process.seconds = settings.STATEMENT_LIMIT


def load_pages() -> None:
    """Import every page before the first request, whose time it would take, and before a fork."""
    from django.urls import get_resolver  # noqa: PLC0415 (needs the settings above)

    get_resolver().url_patterns  # noqa: B018 (it is what imports them)


refuse_wrong_settings()
limit_statements()
load_pages()
