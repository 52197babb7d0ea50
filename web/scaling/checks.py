"""What the scaler cannot do without, held when a process starts."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

from web.platform.checks import START


@register(START)
def limits(**_: Any) -> list[CheckMessage]:
    """Refuse limits that no number of dynos can keep."""
    hint = "Set the one or the other; see “Scaling” in docs/configuration.md."
    return [
        Error(
            f"SCALER_{process.upper()}_LEAST is {least}, and SCALER_{process.upper()}_MOST {most}",
            hint=hint,
            id="scaling.E001",
        )
        for process, (least, most) in settings.SCALER_RANGES.items()
        if least > most
    ]


@register(START)
def way_to_the_platform(**_: Any) -> list[CheckMessage]:
    """Warn of a scaler that cannot ask how many dynos there are, let alone change it."""
    needed = ("SCALER_APP", "SCALER_TOKEN")
    missing = [name for name in needed if not getattr(settings, name)]
    if settings.SCALER == "off" or not missing:
        return []
    told = f"SCALER is {settings.SCALER}, and {' and '.join(missing)} not set: nothing is scaled"
    hint = "heroku authorizations:create --scope read,write makes a token."
    return [Warning(told, hint=hint, id="scaling.W001")]


@register(START)
def one_scaler(**_: Any) -> list[CheckMessage]:
    """Warn of two who scale: each would take back what the other did."""
    names = ("HIREFIRE_TOKEN", "JUDOSCALE_URL")
    others = [name for name in names if getattr(settings, name)]
    if settings.SCALER != "on" or not others:
        return []
    told = f"SCALER is on, and {' and '.join(others)} set: two would scale the same dynos"
    hint = "Set SCALER to off or advise, or remove the add-on."
    return [Warning(told, hint=hint, id="scaling.W002")]
