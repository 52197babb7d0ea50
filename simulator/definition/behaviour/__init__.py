"""What a device does: its statuses, what it answers, its methods, what it keeps for later."""
