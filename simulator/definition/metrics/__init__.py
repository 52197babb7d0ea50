"""What a device measures: metrics, variables, and all that makes and changes their values."""
