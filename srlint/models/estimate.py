"""What a model takes and how fast it is, before anybody has tried it on this machine."""

from __future__ import annotations

from srlint.engine.session import CONTEXT

# Measured: a 4-bit model of 134.5 million parameters reads 1,460 tokens a second on two Zen-5 cores. A 4-bit model of
# the shape of Llama 3.2 1B took 5.5 times the processor time of the 8-bit one that reads 920 there, 167 tokens a
# second; in proportion to parameters it would be 158.
_PARAMETER_TOKENS = 1_460 * 134_500_000
_EMBEDDED_TOKENS = 920
# The mean question about a dev passage, template included.
_QUESTION = 32
# srlint itself, the detector, and llama.cpp's buffers.
_BESIDES = 300_000_000
# Keys and values of a token in a layer, each in 16 bits.
_KV_BYTES = 2 * 2

SPEED_NOTE = (
    "speed: passages a second that the model is asked about, on two cores; ~ is estimated in proportion to parameters "
    "from 1,460 tokens a second for 135 million on two Zen-5 cores, = was measured here by `srlint model calibrate`"
)
MEMORY_NOTE = f"memory: the file, {CONTEXT:,} tokens of context, and 0.3 GB for srlint and its buffers"


def memory(size: int, layers: int, kv_width: int) -> int:
    """Bytes in use: the file, which is mapped, its context, and what is there besides.

    On a CPU llama.cpp lays out most weights anew; the mapped ones are then read no more and may leave memory.
    """
    return size + CONTEXT * layers * kv_width * _KV_BYTES + _BESIDES


def questions_a_second(parameters: int) -> float:
    """How many passages a model of this many parameters judges a second on two cores."""
    return _PARAMETER_TOKENS / parameters / _QUESTION


def embedded_questions_a_second() -> float:
    """The same of the embedded model, in the 8 bits that it is baked in."""
    return _EMBEDDED_TOKENS / _QUESTION
