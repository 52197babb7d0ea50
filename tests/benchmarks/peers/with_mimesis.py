"""mimesis: one call a value, of what it has for our words. Argument: seconds measured for each."""

import sys

from mimesis import Generic
from mimesis.locales import Locale
from rates import print_rates

fake = Generic(Locale.EN, seed=1)

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
    },
    float(sys.argv[1]),
)
