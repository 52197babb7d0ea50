"""Parquet files, written with numpy and zstd alone: as much of the format as the send log needs.

Rule: bytes out, no file; knows nothing of records. pyarrow, which reads them all, is the test.

pyarrow itself takes 70 MB of a tower's memory to write a chunk (its libraries, import, arenas) and
0.3 s to be imported, in which every thread is held up. This takes a few MB, and no more CPU.

Source: apache/parquet-format 2.11, README.md, Encodings.md, parquet.thrift.
"""

from simulator.recording.parquet.columns import Blobs, Column, Numbers, Part, Type, Words
from simulator.recording.parquet.file import ParquetFile

__all__ = ["Blobs", "Column", "Numbers", "ParquetFile", "Part", "Type", "Words"]
