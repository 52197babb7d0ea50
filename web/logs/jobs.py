"""What the clock asks of the queue ``reports`` for logs."""


def merge_chunks() -> None:
    """Merge small chunks for some seconds; any number of these at once do no harm."""
    # Here and not above: the clock puts this job into the queue and never needs pyarrow.
    from web.logs.merging import merge_due  # noqa: PLC0415
    from web.logs.ticks import MERGING  # noqa: PLC0415
    from web.platform import redis  # noqa: PLC0415

    try:
        merge_due()
    finally:
        redis.connection().delete(MERGING)  # the clock may ask again
