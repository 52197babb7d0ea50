"""The console's JavaScript modules can be published under names made of their content."""

import re
from pathlib import Path

SCRIPTS = Path(__file__).parents[2] / "web" / "static" / "js"
IMPORTED = re.compile(r"""(?:\bfrom|\bimport)\s*\(?\s*"(\.[^"]+)\"""")


def imports() -> dict[Path, set[Path]]:
    """Return what each module imports of the others."""
    return {
        file: {(file.parent / name).resolve() for name in IMPORTED.findall(file.read_text())}
        for file in (path.resolve() for path in SCRIPTS.rglob("*.js"))
    }


def test_every_imported_module_is_there():
    missing = {
        (file.name, each.name)
        for file, all_ in imports().items()
        for each in all_
        if not each.is_file()
    }

    assert not missing


def test_no_modules_import_each_other_in_a_circle():
    """A hash of one would need the hash of the other, so collectstatic would refuse them."""
    left = {
        file: {each for each in all_ if SCRIPTS in each.parents} for file, all_ in imports().items()
    }
    while free := [file for file, all_ in left.items() if not all_ & left.keys()]:
        for file in free:
            del left[file]

    assert sorted(file.name for file in left) == []
