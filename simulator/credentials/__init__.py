"""Who each mock is towards a target: tables of identities, and secrets made for each mock.

Rule: no clock and no socket; told the time, and given the bytes.
"""

from simulator.credentials.certificates import troubles_of
from simulator.credentials.checking import CheckedTable, check_credentials, read_credentials
from simulator.credentials.keys import key_trouble
from simulator.credentials.papers import Papers, told_doubles
from simulator.credentials.proofs import credential_problems
from simulator.credentials.table import KNOWN, SECRET, WHOLE_FILES, CredentialTable, unpacked
from simulator.credentials.texts import Mocks, Text

__all__ = [
    "KNOWN",
    "SECRET",
    "WHOLE_FILES",
    "CheckedTable",
    "CredentialTable",
    "Mocks",
    "Papers",
    "Text",
    "check_credentials",
    "credential_problems",
    "key_trouble",
    "read_credentials",
    "told_doubles",
    "troubles_of",
    "unpacked",
]
