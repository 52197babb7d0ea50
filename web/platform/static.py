"""Static files under names that carry a hash of their content."""

import re

from django.http import HttpRequest, HttpResponseBase
from whitenoise.middleware import WhiteNoiseMiddleware  # type: ignore[import-untyped]
from whitenoise.storage import (  # type: ignore[import-untyped]
    CompressedManifestStaticFilesStorage,
)

HASH = re.compile(r"\.[0-9a-f]{12}(?=\.[^./]+$)")  # app.0123456789ab.css, as Django names them


class HashedStaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Hashed names after ``collectstatic``, plain ones before it has run."""

    # Else a hashed module would import the unhashed ones, and a browser would mix two releases.
    support_js_module_import_aggregation = True

    def stored_name(self, name: str) -> str:
        """Return the hashed name, or ``name`` itself while there is no manifest."""
        return str(super().stored_name(name)) if self.hashed_files else name


class StaticFiles(WhiteNoiseMiddleware):  # type: ignore[misc]
    """WhiteNoise, for pages of other releases too.

    During a deploy a page of one release asks a dyno of another one for its files, whose names
    carry another hash. It gets what the file is here, which nobody may keep: better than a page
    without style or behaviour.
    """

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        path = request.path_info
        if path not in self.files and path.startswith(self.static_prefix):
            other = self.files.get(self.of_this_release(path))
            if other is not None:
                answer: HttpResponseBase = self.serve(other, request)
                answer["Cache-Control"] = "no-store"
                return answer
        return super().__call__(request)  # type: ignore[no-any-return]

    def of_this_release(self, path: str) -> str:
        """Return where the file of a hashed ``path`` lies in this release; empty if nowhere."""
        name, hashes = HASH.subn("", path.removeprefix(self.static_prefix))
        return (self.get_static_url(name) or "") if hashes else ""
