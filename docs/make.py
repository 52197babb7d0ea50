"""Makes the reference: ``python docs/make.py`` writes what the models say, pages and pictures.

With ``--check`` it writes nothing, and ends with status 1 when a file is not what it would write.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # run as a file, it knows only its own folder

from docs.press.pages import PICTURES, files


def main(arguments: list[str]) -> int:
    """Write every file that is not as it should be, or only tell; return the exit status."""
    made = dict(files())
    odd = [path for path, text in made.items() if _text(path) != text]
    left = [path for path in sorted(PICTURES.glob("*.svg")) if path not in made]
    if "--check" in arguments:
        sys.stdout.writelines(f"{path}: not as docs/make.py makes it\n" for path in odd + left)
        return 1 if odd or left else 0
    for path in odd:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(made[path], "utf-8", newline="\n")
    for path in left:
        path.unlink()
    sys.stdout.write(f"{len(made)} files, {len(odd)} written, {len(left)} removed\n")
    return 0


def _text(path: Path) -> str | None:
    return path.read_text("utf-8") if path.is_file() else None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
