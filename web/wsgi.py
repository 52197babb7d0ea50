"""What gunicorn serves."""

import os

from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "web.settings")

application = get_wsgi_application()


def refuse_wrong_settings() -> None:
    """Stop the start by name, as every management command does by the same checks."""
    from web.platform import checks  # noqa: PLC0415 (needs the settings above)

    held = [
        checks.secret_key,
        checks.field_encryption_keys,
        checks.separation,
        checks.connections,
    ]
    for problem in [message for check in held for message in check() if message.is_serious()]:
        raise ImproperlyConfigured(f"{problem.msg}. {problem.hint}")


refuse_wrong_settings()
