"""An object store in memory, with the functions of ``web.platform.storage``."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import IO

from web.platform import large_files, storage

NOON = datetime(2020, 1, 1, 12, tzinfo=UTC)  # before whatever is now


@dataclass
class ObjectStore:
    """Objects by key. ``is_down`` makes every call fail as one to a silent store does.

    ``patience``: how long each write might have taken, s; None: as the settings have it.
    """

    objects: dict[str, bytes] = field(default_factory=dict)
    is_down: bool = False
    patience: list[int | None] = field(default_factory=list)

    def _answer(self) -> None:
        if self.is_down:
            raise storage.StorageUnavailable("the object store does not answer: test")

    def _found(self, key: str) -> bytes:
        self._answer()
        if key not in self.objects:
            raise storage.ObjectMissing(f"no object {key!r}")
        return self.objects[key]

    def put(
        self, key: str, data: bytes, *, content_type: str = "", timeout: int | None = None
    ) -> None:
        self.patience.append(timeout)
        self._answer()
        self.objects[key] = data

    def put_file(self, key: str, file: IO[bytes], *, content_type: str = "") -> None:
        self._answer()
        self.put(key, file.read())

    def get(self, key: str) -> bytes:
        return self._found(key)

    def get_range(self, key: str, start: int, length: int) -> bytes:
        return self._found(key)[start : start + length]

    def stream(self, key: str, *, block: int = storage.BLOCK) -> Iterator[bytes]:
        data = self._found(key)
        yield from (data[at : at + block] for at in range(0, len(data), block))

    def head(self, key: str) -> storage.Stored:
        size = len(self._found(key))
        return storage.Stored(key=key, size=size, content_type="", modified=NOON)

    def delete(self, key: str) -> None:
        self._answer()
        self.objects.pop(key, None)

    def delete_many(self, keys: Sequence[str]) -> None:
        for key in keys:
            self.delete(key)

    def keys(self, prefix: str) -> Iterator[str]:
        self._answer()
        yield from sorted(key for key in self.objects if key.startswith(prefix))

    def listed(self, prefix: str) -> Iterator[tuple[str, datetime]]:
        yield from ((key, NOON) for key in self.keys(prefix))

    def begin(self, key: str, *, content_type: str) -> str:
        self._answer()
        return f"parts-of-{key}"[:200]

    def parts_of(
        self, key: str, upload: str, *, size: int, life: int = 0
    ) -> list[large_files.Part]:
        sizes = [
            min(large_files.PART_BYTES, size - begin)
            for begin in range(0, size, large_files.PART_BYTES)
        ]
        url = f"https://store.example/{key}?part="
        return [large_files.Part(url=f"{url}{n}", size=each) for n, each in enumerate(sizes, 1)]

    def finish(self, key: str, upload: str, *, size: int) -> bool:
        self._answer()
        return key in self.objects

    def abort(self, key: str, upload: str) -> None:
        self._answer()

    def unfinished(self, prefix: str) -> Iterator[tuple[str, str, datetime]]:
        self._answer()
        yield from ()

    def upload_form(
        self, key: str, *, content_type: str, most: int, least: int = 1, life: int = 0
    ) -> storage.UploadForm:
        self._answer()
        fields = {"key": key, "Content-Type": content_type, "range": f"{least}-{most}"}
        return storage.UploadForm(url="https://store.example/", fields=fields)

    def download_link(
        self, key: str, *, file_name: str, content_type: str = "", life: int = 0
    ) -> str:
        self._answer()
        return f"https://store.example/{key}?as={file_name}"

    def probe(self) -> None:
        self._answer()
