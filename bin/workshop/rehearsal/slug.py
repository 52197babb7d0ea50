"""Builds what a dyno runs, as the platform's Python buildpack does: from what is committed.

Rule: the build knows no variable but the search path, so whatever needs a database or a secret to
be built fails here. Packages are those of ``.venv``: of another Python than ``runtime.txt`` names.
"""

import re
import shutil
import subprocess
import tarfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from workshop.venv import ROOT, VENV

BUILT_WITHIN = 600.0  # s
RUNTIME = re.compile(r"python-3\.\d+(\.\d+)?")
PATHS = f"{VENV}/bin:/usr/local/bin:/usr/bin:/bin"
# What the buildpack, or the choice of a buildpack, stumbles over.
REFUSED = (".python-version", "Pipfile", "poetry.lock", "uv.lock", "package.json", ".venv", "venv")


class BuildFailed(Exception):
    """The platform would refuse this build; the text says why."""


@dataclass(frozen=True, kw_only=True)
class Slug:
    """A built application: its folder, the commit that it is of, and the Python that it names."""

    folder: Path
    commit: str
    runtime: str


def build(folder: Path) -> Slug:
    """Build the last commit into ``folder``, which must not be there yet.

    Raises:
        BuildFailed: The platform would refuse it.
    """
    commit = git("rev-parse", "HEAD").decode().strip()
    folder.mkdir(parents=True)
    with tarfile.open(fileobj=BytesIO(git("archive", commit))) as archive:
        archive.extractall(folder, filter="data")
    if problems := problems_of(folder):
        raise BuildFailed("; ".join(problems))
    collect_static(folder)
    return Slug(folder=folder, commit=commit, runtime=(folder / "runtime.txt").read_text().strip())


def again(slug: Slug, folder: Path) -> Slug:
    """Return a second build of the same commit, as the next release of it."""
    shutil.copytree(slug.folder, folder)
    return Slug(folder=folder, commit=slug.commit, runtime=slug.runtime)


def git(*words: str) -> bytes:
    """Return what git answers about the project."""
    done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, check=False)
    if done.returncode != 0:
        told = done.stderr.decode(errors="replace").strip()
        raise BuildFailed(f"what is committed cannot be read: {told}")
    return done.stdout


def problems_of(folder: Path) -> list[str]:
    """Return what the platform would refuse about the files of an application."""
    problems = [f"{name} must not be committed" for name in REFUSED if (folder / name).exists()]
    problems += [
        f"{name} is missing"
        for name in ("Procfile", "requirements.txt", "runtime.txt", "manage.py")
        if not (folder / name).is_file()
    ]
    runtime = folder / "runtime.txt"
    if runtime.is_file() and not RUNTIME.fullmatch(runtime.read_text().strip()):
        problems.append("runtime.txt must name a Python, such as python-3.13")
    return problems


def collect_static(folder: Path) -> None:
    """Collect the static files, without database, Redis or secrets.

    Raises:
        BuildFailed: It ended with an error, or left no list of files.
    """
    done = subprocess.run(
        ["python", "manage.py", "collectstatic", "--noinput"],
        env={"PATH": PATHS, "HOME": str(folder), "LANG": "C.UTF-8"},
        executable=f"{VENV}/bin/python",
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=BUILT_WITHIN,
        check=False,
    )
    if done.returncode != 0 or not (folder / "staticfiles" / "staticfiles.json").is_file():
        raise BuildFailed(f"collectstatic failed\n{done.stdout[-2000:]}{done.stderr[-4000:]}")
