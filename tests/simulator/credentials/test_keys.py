"""Keys that are the same for all mocks, held against what is made of them."""

import pytest

from simulator import Credentials, key_trouble


@pytest.mark.parametrize(
    ("secret", "trouble"),
    [
        ("as it is", ""),
        ({"kind": "text", "text": "{id"}, ""),
        ({"kind": "hmac", "key": "any text"}, ""),
        ({"kind": "hmac", "key": "{shared_key}", "key_encoding": "hex"}, ""),
        ({"kind": "hmac", "key": "xyz", "key_encoding": "hex"}, "must be written in hex"),
        ({"kind": "sas", "key": "c2VzYW1l"}, ""),
        ({"kind": "sas", "key": "{{"}, "must be written in base64"),
        ({"kind": "jwt", "key": "any text"}, ""),
        ({"kind": "jwt", "key": "xyz", "algorithm": "RS256"}, "RS256 needs a private key in PEM"),
        ({"kind": "jwt", "key": "{key}", "algorithm": "RS256"}, ""),
    ],
)
def test_a_key_that_fits_has_no_trouble_and_another_is_told_without_it(secret, trouble):
    told = key_trouble(Credentials.model_validate({"password": secret}).password)

    assert told.startswith(trouble)
    assert bool(told) == bool(trouble)
    assert "xyz" not in told
