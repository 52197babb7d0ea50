"""Sealing what must not be readable at rest."""

import pytest
from cryptography.fernet import Fernet

from web.platform import secrets

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


@pytest.mark.parametrize("secret", ["p4ssw0rd", "größe ✓", "", "x" * 10_000])
def test_what_is_sealed_is_unreadable_and_opens_again(secret):
    sealed = secrets.seal(secret)

    assert not secret or secret not in sealed
    assert secrets.unseal(sealed) == secret


def test_after_a_change_of_keys_both_open_and_the_first_seals(settings):
    settings.FIELD_ENCRYPTION_KEYS = [OLD]
    sealed = secrets.seal("p4ss")

    settings.FIELD_ENCRYPTION_KEYS = [NEW, OLD]
    resealed = secrets.reseal(sealed)

    settings.FIELD_ENCRYPTION_KEYS = [NEW]
    assert secrets.unseal(resealed) == "p4ss"
    with pytest.raises(secrets.SealBroken, match="FIELD_ENCRYPTION_KEYS"):
        secrets.unseal(sealed)


def test_a_changed_seal_is_broken():
    with pytest.raises(secrets.SealBroken):
        secrets.unseal(secrets.seal("p4ss")[:-4] + "AAA=")


def test_bytes_are_sealed_as_texts_are():
    secret = bytes(range(256)) * 40

    sealed = secrets.seal_bytes(secret)

    assert secret[:16] not in sealed
    assert secrets.unseal_bytes(sealed) == secret
    with pytest.raises(secrets.SealBroken, match="FIELD_ENCRYPTION_KEYS"):
        secrets.unseal_bytes(sealed[:-4] + b"AAA=")
