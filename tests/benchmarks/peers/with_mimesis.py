"""mimesis: one call a value, of what it has for our words. Argument: seconds measured for each."""

import json
import sys

from mimesis import Generic
from mimesis.locales import Locale
from rates import print_rates

fake = Generic(Locale.EN, seed=1)


def payload() -> bytes:
    """Return ten fields as the benchmark of payloads has them."""
    return json.dumps(
        {
            "id": fake.random.generate_string_by_mask("mock-######"),
            "at": fake.datetime.datetime().isoformat(),
            "seq": fake.numeric.increment(),
            "t": fake.numeric.float_number(-10, 40, 1),
            "h": fake.numeric.float_number(0, 100, 1),
            "p": fake.numeric.float_number(0, 100, 2),
            "open": fake.choice(("open", "closed")),
            "n": fake.numeric.integer_number(0, 100),
            "site": fake.choice(("fukuoka", "tokyo")),
            "v": fake.numeric.float_number(-10, 40, 3),
        }
    ).encode()


print_rates(
    {
        "uniform": lambda: fake.numeric.float_number(30, 60),
        "bernoulli": fake.development.boolean,
        "counter": fake.numeric.increment,
        "pick": lambda: fake.choice(("closed", "closed", "closed", "open")),
        "place": fake.address.coordinates,
        "timestamp": fake.datetime.timestamp,
        "faker": fake.address.city,
        "mac": fake.internet.mac_address,
        "ipv4": fake.internet.ip_v4,
        "ipv6": fake.internet.ip_v6,
        "imei": fake.code.imei,
        "uuid": fake.cryptographic.uuid,
        "hex": lambda: fake.cryptographic.token_hex(8),
        "serial": lambda: fake.random.generate_string_by_mask("SN-####-@@"),
        "10 fields": payload,
    },
    float(sys.argv[1]),
)
