"""faker: one call a value, of what it has for our words. Argument: seconds measured for each."""

import json
import sys

from faker import Faker
from rates import print_rates

fake = Faker()
fake.seed_instance(1)


def payload() -> bytes:
    """Return ten fields as the benchmark of payloads has them."""
    return json.dumps(
        {
            "id": fake.bothify("mock-######"),
            "at": fake.iso8601(),
            "seq": fake.pyint(),
            "t": fake.pyfloat(min_value=-10, max_value=40, right_digits=1),
            "h": fake.pyfloat(min_value=0, max_value=100, right_digits=1),
            "p": fake.pyfloat(min_value=0, max_value=100, right_digits=2),
            "open": fake.random_element(("open", "closed")),
            "n": fake.pyint(0, 100),
            "site": fake.random_element(("fukuoka", "tokyo")),
            "v": fake.pyfloat(min_value=-10, max_value=40, right_digits=3),
        }
    ).encode()


print_rates(
    {
        "uniform": lambda: fake.pyfloat(min_value=30, max_value=60),
        "bernoulli": lambda: fake.boolean(3),
        "pick": lambda: fake.random_element(("closed", "closed", "closed", "open")),
        "place": fake.latlng,
        "timestamp": fake.iso8601,
        "faker": fake.city,
        "mac": fake.mac_address,
        "ipv4": fake.ipv4,
        "ipv6": fake.ipv6,
        "uuid": fake.uuid4,
        "hex": lambda: fake.hexify("^^^^^^^^^^^^^^^^"),
        "serial": lambda: fake.bothify("SN-####-??"),
        "vin": fake.vin,
        "10 fields": payload,
    },
    float(sys.argv[1]),
)
