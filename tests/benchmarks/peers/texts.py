"""What the peers send: as long as the tower's payload, and always the same."""

TOPIC = "plants/fukuoka/cc-%06d/telemetry"
PAYLOAD = b'{"id":"cc-000001","at":"2026-11-22T20:00:00Z","seq":12345,'.ljust(187, b"x")
