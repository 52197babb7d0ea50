"""The Python of a slug and its packages, as the platform's buildpack installs them.

Rule: what ``requirements.txt`` names and nothing else, so that a package that is only there for
tests is missed here and not in production. Two builds share them, as two builds share a cache.
"""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from workshop.venv import VENV

INSTALLED_WITHIN = 1_800.0  # s; the platform cuts a build off as well
HANDED_ON = ("PIP_", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "SSL_CERT_")  # what leads to packages


class InstallFailed(Exception):
    """pip ended with an error; the text has what it printed last."""


@dataclass(frozen=True, kw_only=True)
class Packages:
    """``programs`` is the folder of python and gunicorn; ``words`` say what they are."""

    programs: Path
    words: str

    @property
    def paths(self) -> str:
        """Return the search path of a dyno."""
        return f"{self.programs}:/usr/local/bin:/usr/bin:/bin"


def shared() -> Packages:
    """Return the packages of ``.venv``: quick, and more than a dyno has."""
    return Packages(programs=Path(VENV) / "bin", words=f"of .venv, Python {version_of(VENV)}")


def install(folder: Path, *, requirements: Path, runtime: str) -> Packages:
    """Install ``requirements`` into ``folder``, for the Python that ``runtime`` names.

    Where that one is not on this machine, for the one that runs this; ``words`` say which it is.

    Raises:
        InstallFailed: pip could not, for instance because no registry is in reach.
    """
    run([python_of(runtime), "-m", "venv", str(folder)])
    pip = [f"{folder}/bin/python", "-m", "pip", "install", "--quiet", "--no-input"]
    run([*pip, "--disable-pip-version-check", "-r", str(requirements)])
    words = f"of requirements.txt alone, Python {version_of(folder)}"
    return Packages(programs=folder / "bin", words=words)


def python_of(runtime: str) -> str:
    """Return the Python that ``runtime`` names, on the path or of pyenv, else the one at hand."""
    version = runtime.removeprefix("python-")
    kept = (Path.home() / ".pyenv" / "versions").glob(f"{version}*/bin/python")
    for python in (shutil.which(f"python{version}"), *map(str, sorted(kept))):
        if python and answers(python):
            return python
    return sys.executable


def answers(python: str) -> bool:
    """Return whether this is a Python, and no stand-in for one that is not there."""
    asked = [python, "-c", "import venv"]
    return not subprocess.run(asked, capture_output=True, timeout=60, check=False).returncode


def run(command: list[str]) -> None:
    known = {name: os.environ[name] for name in os.environ if name.upper().startswith(HANDED_ON)}
    done = subprocess.run(
        command,
        env={"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": os.environ.get("HOME", "/"), **known},
        capture_output=True,
        text=True,
        timeout=INSTALLED_WITHIN,
        check=False,
    )
    if done.returncode != 0:
        raise InstallFailed(f"{' '.join(command)} failed\n{done.stderr[-4000:]}")


def version_of(folder: str | Path) -> str:
    """Return the version of the Python in a virtual environment, such as 3.13.1."""
    for line in (Path(folder) / "pyvenv.cfg").read_text().splitlines():
        name, _, value = line.partition("=")
        if name.strip() == "version":
            return value.strip()
    return "unknown"
