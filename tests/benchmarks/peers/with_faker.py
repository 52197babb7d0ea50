"""faker: one call a value, of what it has for our words. Argument: seconds measured for each."""

import sys

from faker import Faker
from rates import print_rates

fake = Faker()
fake.seed_instance(1)

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
    },
    float(sys.argv[1]),
)
