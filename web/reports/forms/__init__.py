"""What a downloaded file may look like; a form turns batches of records into its bytes.

Rule: a form begins, gives lines batch by batch, and ends; it may begin anew, for the next part.
"""

import zlib
from typing import Protocol

import pyarrow as pa

from web.reports.forms.csv_lines import CsvLines
from web.reports.forms.json_lines import JsonLines
from web.reports.forms.parquet_file import ParquetFile

GZIP_LEVEL = 4  # of 9: twice as fast as 6, and 4 % longer on telemetry
GZIP_FORMAT = 31  # zlib's word for: with gzip's header (RFC 1952)


class Form(Protocol):
    """How records become the bytes of a file."""

    suffix: str  # of the file's name, without the dot
    content_type: str

    def of_run(self, run: str) -> None: ...
    def begin(self) -> bytes: ...
    def lines(self, records: pa.RecordBatch) -> bytes: ...
    def end(self) -> bytes: ...


class Packed:
    """Another form, in gzip."""

    content_type = "application/gzip"

    def __init__(self, form: Form) -> None:
        self._form = form
        self._packer = zlib.compressobj(GZIP_LEVEL, wbits=GZIP_FORMAT)
        self.suffix = f"{form.suffix}.gz"

    def of_run(self, run: str) -> None:
        self._form.of_run(run)

    def begin(self) -> bytes:
        self._packer = zlib.compressobj(GZIP_LEVEL, wbits=GZIP_FORMAT)
        return self._packer.compress(self._form.begin())

    def lines(self, records: pa.RecordBatch) -> bytes:
        return self._packer.compress(self._form.lines(records))

    def end(self) -> bytes:
        return self._packer.compress(self._form.end()) + self._packer.flush()


FORMS: dict[str, type[CsvLines | JsonLines | ParquetFile]] = {
    "csv": CsvLines,
    "jsonl": JsonLines,
    "parquet": ParquetFile,
}


def form_of(name: str, *, run: str, is_packed: bool) -> Form:
    """Return the form of a file: one of ``FORMS``, in gzip or not.

    Args:
        name: Of the form.
        run: The run's code.
        is_packed: In gzip; Parquet is compressed already, and stays as it is.
    """
    form = FORMS[name](run)
    return Packed(form) if is_packed and name != "parquet" else form
