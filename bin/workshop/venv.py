"""Makes ``.venv`` and goes on inside it; the only module that runs outside of it.

Rule: the standard library only, and syntax that an old Python can read, so that its refusal is a
sentence and not a traceback.
"""

import hashlib
import os
import subprocess
import sys

OLDEST = (3, 11)
INSTALLED_WITHIN = 3600  # s, on a slow line too
ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
VENV = os.path.join(ROOT, ".venv")
PYTHON = os.path.join(VENV, "bin", "python")


def enter(requirements, script):
    """Run ``script`` inside ``.venv``, with all that the file ``requirements`` names installed.

    Replaces this process, unless it already runs inside. Ends with status 2 and a sentence where
    Python is too old or the installation fails.
    """
    if sys.version_info < OLDEST:
        found = ".".join(str(part) for part in sys.version_info[:3])
        sys.exit(
            "Mocklot needs Python 3.11 or newer, this is %s: try python3.11 %s" % (found, script)
        )
    if os.path.realpath(sys.prefix) == os.path.realpath(VENV):
        return
    if not os.path.exists(PYTHON):
        say("Making .venv")
        run([sys.executable, "-m", "venv", VENV], "python3 -m venv fails: install python3-venv")
    install(requirements)
    os.execv(PYTHON, [PYTHON, script] + sys.argv[1:])


def install(requirements):
    """Install what is missing; costs nothing when the files are those of the last time."""
    stamp = os.path.join(VENV, "installed-" + os.path.basename(requirements))
    wanted = fingerprint()
    if os.path.exists(stamp) and read(stamp) == wanted:
        return
    say("Installing %s into .venv (once, about a minute)" % requirements)
    command = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    run(
        command + ["-r", os.path.join(ROOT, requirements)],
        "pip could not install %s: the package registry must be reachable" % requirements,
    )
    with open(stamp, "w") as file:
        file.write(wanted)


def fingerprint():
    """Return a hash over all requirement files, for they include each other."""
    names = sorted(name for name in os.listdir(ROOT) if name.startswith("requirements"))
    digest = hashlib.sha256()
    for name in names:
        digest.update(read(os.path.join(ROOT, name)).encode())
    return digest.hexdigest()


def read(path):
    with open(path) as file:
        return file.read()


def say(text):
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


def run(command, otherwise):
    if subprocess.call(command, timeout=INSTALLED_WITHIN) != 0:
        sys.exit(otherwise)
