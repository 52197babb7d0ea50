"""What few definitions need is not imported until one does: a tower keeps the memory."""

import subprocess
import sys

HEAVY = ("faker", "fastavro", "google.protobuf", "grpc_tools", "pyarrow", "tzdata", "cryptography")
HEAVY += ("jwt", "aiokafka", "aiormq", "nats", "boto3")


def test_heavy_packages_wait_until_a_definition_needs_them() -> None:
    program = (
        "import sys, simulator; print(*[name for name in sys.argv[1:] if name in sys.modules])"
    )

    ended = subprocess.run(
        [sys.executable, "-c", program, *HEAVY], capture_output=True, text=True, check=True
    )

    assert ended.stdout.split() == []
