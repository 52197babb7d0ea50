"""Definitions to begin with; each is a whole document that runs as it is."""

from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Starter:
    """One document to begin with."""

    word: str  # the file's name without its ending
    name: str
    about: str

    @property
    def text(self) -> str:
        """The document, YAML."""
        return (FOLDER / f"{self.word}.yaml").read_text(encoding="utf-8")


STARTERS = {
    starter.word: starter
    for starter in (Starter("blank", "Blank", "One number, sent every ten seconds."),)
}
