"""From the arguments of ``run`` to its job: a definition with everything said beside it, or a lot.

Rule: what an argument says goes over what a lot file says.
"""

from argparse import Namespace
from pathlib import Path
from typing import Any

from simulator.commands.files import load
from simulator.commands.runs.credentials import with_credentials
from simulator.commands.runs.job import Job
from simulator.commands.runs.lot_file import is_lot, read_lot
from simulator.commands.runs.profiled import profile_named, refused_by, target_by
from simulator.commands.target import read_target
from simulator.definition import parse_document
from simulator.errors import DefinitionError
from simulator.lot import Credentials, Lot, Part, Target

# Arguments that are words of the lot document.
_WORDS = {"duration": "duration", "seed": "seed", "threshold": "thresholds"}
_OF_DEFINITIONS = {"mocks": "its parts have counts", "rate": "its parts have rates"}


def job_of(options: Namespace) -> Job:
    """Return what the arguments ask for.

    Raises:
        DefinitionError: A file, the target or a combination of arguments cannot be used.
    """
    job = _of_lot(options) if is_lot(options.file) else _of_definition(options)
    return with_credentials(
        job,
        file=options.credentials,
        deal=options.deal,
        folder=options.datasets or options.file.parent,
    )


def _of_lot(options: Namespace) -> Job:
    for name, why in _OF_DEFINITIONS.items():
        if getattr(options, name) is not None:
            raise DefinitionError(f"--{name} is for a definition; {options.file} is a lot: {why}")
    changes = {
        word: getattr(options, name)
        for name, word in _WORDS.items()
        if getattr(options, name) is not None
    }
    target, secrets = _target(options)
    if target:
        changes["target"] = target
    job = read_lot(options.file, options.datasets, changes)
    if options.profile is not None:
        _hold_against_profile(job, options.profile)
    return Job(lot=job.lot, secrets=_both(job.secrets, secrets), datasets=job.datasets)


def _hold_against_profile(job: Job, name: str) -> None:
    """Refuse what of a lot's definitions the service of a profile would not take."""
    profile = profile_named(name)
    definitions = (parse_document(each.document, datasets=job.datasets) for each in job.lot.parts)
    refused = [problem for each in definitions for problem in refused_by(profile, each)]
    if refused:
        raise DefinitionError(*refused)


def _of_definition(options: Namespace) -> Job:
    definition, datasets = load(options.file, options.datasets)
    target, secrets = _target(options)
    refused = refused_by(profile_named(options.profile), definition) if options.profile else ()
    if refused:
        raise DefinitionError(*refused)
    if target is None or secrets is None or options.duration is None:
        missing = "--target" if target is None else "--duration"
        raise DefinitionError(f"{missing} is needed to run a definition")
    part = Part(
        name=definition.name,
        document=dict(definition.source),
        count=options.mocks or 1,
        rate=options.rate,
    )
    lot = Lot(
        name=definition.name,
        seed=1 if options.seed is None else options.seed,
        duration=options.duration,
        parts=[part],
        target=target,
        thresholds=options.threshold or [],
    )
    return Job(lot=lot, secrets=secrets, datasets=datasets)


def _target(options: Namespace) -> tuple[Target | None, Credentials | None]:
    """Return the target that the arguments name, and its secrets; None where they name none."""
    if options.profile is not None:
        return _by_profile(options)
    if options.input:
        raise DefinitionError("--input belongs to --profile, which is not given")
    if options.target is None:
        given = [name for name in ("ca", "insecure", "bearer") if getattr(options, name)]
        if given:
            raise DefinitionError(f"--{given[0]} belongs to --target, which is not given")
        return None, None
    target, secrets = read_target(options.target, ca=_text(options.ca), verify=not options.insecure)
    told: dict[str, Any] = {"token": options.bearer} if options.bearer else {}
    return target, secrets.model_copy(update=told)


def _by_profile(options: Namespace) -> tuple[Target, Credentials]:
    given = [name for name in ("target", "ca", "insecure", "bearer") if getattr(options, name)]
    if given:
        raise DefinitionError(f"needs one of them, got --{given[0]} and --profile")
    return target_by(options.profile, options.input)


def _both(below: Credentials, above: Credentials | None) -> Credentials:
    """Return the secrets of a lot file, under those that the arguments say."""
    said = {name: value for name, value in above or () if value}
    return below.model_copy(update=said)


def _text(path: Path | None) -> str:
    try:
        return path.read_text("utf-8") if path else ""
    except OSError as error:
        raise DefinitionError(f"{path}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise DefinitionError(f"{path}: not UTF-8, byte {error.start + 1}") from None
