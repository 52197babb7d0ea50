"""Static files under names that carry a hash of their content."""

from whitenoise.storage import (  # type: ignore[import-untyped]
    CompressedManifestStaticFilesStorage,
)


class HashedStaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Hashed names after ``collectstatic``, plain ones before it has run."""

    # Else a hashed module would import the unhashed ones, and a browser would mix two releases.
    support_js_module_import_aggregation = True

    def stored_name(self, name: str) -> str:
        """Return the hashed name, or ``name`` itself while there is no manifest."""
        return str(super().stored_name(name)) if self.hashed_files else name
