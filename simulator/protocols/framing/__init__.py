"""Messages on a stream of bytes, without input or output: where each begins and ends.

Rule: however the stream is cut, the same frames come out of it.
"""

from simulator.protocols.framing.frames import Decoder, Encode, decoder, encoder
from simulator.protocols.framing.patterns import Pattern

__all__ = ["Decoder", "Encode", "Pattern", "decoder", "encoder"]
