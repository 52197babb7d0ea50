"""What a device sends: where to, how often, and what stands in it, format by format."""
