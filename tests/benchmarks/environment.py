"""Where the peers of the benchmarks live: a virtual environment of their own."""

import subprocess
import venv
from pathlib import Path

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent

_INSTALL_WITHIN = 600.0  # s


def peers_python() -> Path:
    """Return the interpreter in .run/bench-venv, made where it is not there or out of date."""
    folder = ROOT / ".run" / "bench-venv"
    python = folder / "bin" / "python"
    wanted, installed = HERE / "requirements.txt", folder / "requirements.txt"
    if installed.exists() and installed.read_text() == wanted.read_text():
        return python
    print("making .run/bench-venv")
    if not python.exists():
        venv.create(folder, with_pip=True)
    install = [str(python), "-m", "pip", "install", "-q", "-r", str(wanted)]
    subprocess.run(install, check=True, timeout=_INSTALL_WITHIN)
    installed.write_text(wanted.read_text())
    return python
