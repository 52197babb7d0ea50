"""A credential table: one row of texts for each identity that mocks can have.

Rule: held once, its rows named by their number; never printed, for most of it is secret.
"""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import orjson

from simulator.credentials.certificates import first_end
from simulator.datasets import Dataset
from simulator.datasets.cells import column_of, text_of
from simulator.errors import DatasetError

# What the product itself does something with; any other column is a variable of the mock.
KNOWN = ("id", "client_id", "username", "password", "token", "shared_key", "certificate", "key")
SECRET = frozenset({"password", "token", "shared_key", "key"})  # never shown, in no topic or path
WHOLE_FILES = frozenset({"certificate", "key"})  # cells that hold PEM text, or name a file of it
UNIQUE = ("id", "client_id")  # no two rows have the same

MAX_ROWS = 100_000  # twice the mocks of the largest lot
MAX_COLUMNS = 50


@dataclass(frozen=True, slots=True)
class CredentialTable:
    """The rows of an uploaded table that was checked; files in it are resolved to PEM text.

    ``columns`` keeps the file's order; each has one text a row. A column of ``KNOWN`` has a text in
    every row, except ``certificate`` and ``key``, which a row may leave empty together.
    """

    name: str
    columns: Mapping[str, Sequence[str]] = field(repr=False)

    @property
    def rows(self) -> int:
        """How many identities there are; at least 1."""
        return len(next(iter(self.columns.values())))

    @property
    def ends(self) -> float:
        """When the first of its certificates ends, Unix s; inf: it has none. 20 µs for each."""
        return first_end(self.columns.get("certificate", ()))

    @property
    def public_columns(self) -> tuple[str, ...]:
        """The names of those that are no secret and no file."""
        return tuple(name for name in self.columns if name not in SECRET | WHOLE_FILES)

    def packed(self) -> bytes:
        """Return the whole table, secrets in the clear: only to be sealed at once."""
        document = {"name": self.name, "columns": dict(self.columns)}
        return zlib.compress(orjson.dumps(document), level=3)

    def public(self) -> Dataset:
        """Return what definitions may read, as a CSV file's dataset: no secret, no certificate.

        Ids and names stay text; columns of the owner's own are numbers where all cells are.

        Raises:
            DatasetError: All of the table is secret.
        """
        if not self.public_columns:
            raise DatasetError(f"{self.name}: all of its columns are secret, there is none to read")
        columns = {
            name: text_of(cells) if name in KNOWN else column_of(cells, decimal_comma=False)
            for name in self.public_columns
            if (cells := self.columns[name])
        }
        return Dataset(kind="csv", name=self.name, columns=columns)


def unpacked(data: bytes) -> CredentialTable:
    """Return the table that ``packed`` gave; it was checked then."""
    document = orjson.loads(zlib.decompress(data))
    return CredentialTable(document["name"], document["columns"])
