"""Builds what a dyno runs, as the platform's Python buildpack does: from what is committed.

Rule: the build knows no variable but the search path, so whatever needs a database or a secret to
be built fails here.
"""

import hashlib
import re
import shutil
import subprocess
import tarfile
from dataclasses import dataclass, replace
from io import BytesIO
from pathlib import Path

from workshop.rehearsal import packages
from workshop.rehearsal.packages import Packages
from workshop.venv import ROOT

BUILT_WITHIN = 600.0  # s
GIT_WITHIN = 120.0  # s
RUNTIME = re.compile(r"python-3\.\d+(\.\d+)?")
# What the buildpack, or the choice of a buildpack, stumbles over.
REFUSED = (".python-version", "Pipfile", "poetry.lock", "uv.lock", "package.json", ".venv", "venv")


# What the next build has more than the first one.
NEXT_STYLE = "web/static/css/base.css"
NEXT_MIGRATIONS = "web/runs/migrations"  # of the table that towers and the console use most
NEXT_MIGRATION = """\
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("runs", "{last}")]
    operations = [
        migrations.AddField("run", "rehearsed", models.TextField(db_default="", default="")),
    ]
"""


class BuildFailed(Exception):
    """The platform would refuse this build; the text says why."""


@dataclass(frozen=True, kw_only=True)
class Slug:
    """A built application: its folder, commit and packages, and the Python that it names."""

    folder: Path
    commit: str
    runtime: str
    packages: Packages


def build(folder: Path, *, installed: Path | None) -> Slug:
    """Build the last commit into ``folder``, its packages into ``installed`` (None: ``.venv``'s).

    Raises:
        BuildFailed: The platform would refuse it.
        packages.InstallFailed: Its packages cannot be installed.
    """
    commit = git("rev-parse", "HEAD").decode().strip()
    folder.mkdir(parents=True)
    with tarfile.open(fileobj=BytesIO(git("archive", commit))) as archive:
        archive.extractall(folder, filter="data")
    if problems := problems_of(folder):
        raise BuildFailed("; ".join(problems))
    runtime = (folder / "runtime.txt").read_text().strip()
    wanted = folder / "requirements.txt"
    slug = Slug(
        folder=folder,
        commit=commit,
        runtime=runtime,
        packages=packages.install(installed, requirements=wanted, runtime=runtime)
        if installed
        else packages.shared(),
    )
    collect_static(slug)
    return slug


def next_build(slug: Slug, folder: Path) -> Slug:
    """Build what could be the next commit: another style sheet, and a column more.

    So pages of the old release ask for files that the new one does not have, and old code works
    with a table that it does not know, while both serve.
    """
    shutil.copytree(slug.folder, folder, ignore=shutil.ignore_patterns("staticfiles"))
    with (folder / NEXT_STYLE).open("a") as file:
        file.write("\n/* The next release. */\n")
    last = max(path.stem for path in (folder / NEXT_MIGRATIONS).glob("[0-9]*.py"))
    number = f"{int(last[:4]) + 1:04}"
    file_name = folder / NEXT_MIGRATIONS / f"{number}_rehearsed.py"
    file_name.write_text(NEXT_MIGRATION.format(last=last))
    commit = hashlib.sha1(slug.commit.encode(), usedforsecurity=False).hexdigest()
    new = replace(slug, folder=folder, commit=commit)
    collect_static(new)
    return new


def git(*words: str) -> bytes:
    """Return what git answers about the project."""
    done = subprocess.run(
        ["git", *words], cwd=ROOT, capture_output=True, check=False, timeout=GIT_WITHIN
    )
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


def collect_static(slug: Slug) -> None:
    """Collect the static files, without database, Redis or secrets.

    Raises:
        BuildFailed: It ended with an error, or left no list of files.
    """
    done = subprocess.run(
        ["python", "manage.py", "collectstatic", "--noinput"],
        env={"PATH": slug.packages.paths, "HOME": str(slug.folder), "LANG": "C.UTF-8"},
        executable=slug.packages.programs / "python",
        cwd=slug.folder,
        capture_output=True,
        text=True,
        timeout=BUILT_WITHIN,
        check=False,
    )
    if done.returncode != 0 or not (slug.folder / "staticfiles" / "staticfiles.json").is_file():
        raise BuildFailed(f"collectstatic failed\n{done.stdout[-2000:]}{done.stderr[-4000:]}")
