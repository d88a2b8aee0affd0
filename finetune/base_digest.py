"""Which weights a run began with: a digest of samples, so that 16 GB take a fraction of a second."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from finetune import base_files, base_model

EDGE = 1 << 20  # bytes read at each end of a file
PIECE = 1 << 16  # bytes of each piece between
PIECES = 14


def base_digest(base: str) -> str:
    """SHA-256 (hexadecimal) over the weight files of a base. Raises ModelError for one that is not there or pickled."""
    return digest(base_files.weights(base_files.local(base_model.resolve(base))))


def digest(files: Sequence[Path]) -> str:
    """SHA-256 over name, size, both ends and evenly spaced pieces of each file.

    Fine-tuning moves nearly every weight, so that samples tell models apart; damage elsewhere goes unseen.
    """
    total = sha256()
    for file in files:
        size = file.stat().st_size
        total.update(f"{file.name}\0{size}\0".encode())
        with open(file, "rb") as content:
            for start, length in samples(size):
                content.seek(start)
                total.update(content.read(length))
    return total.hexdigest()


def samples(size: int) -> list[tuple[int, int]]:
    """(start, length) of what is read of a file of `size` bytes; the pieces of a small one overlap."""
    between = [(size * (number + 1) // (PIECES + 1), PIECE) for number in range(PIECES)]
    return [(0, EDGE), *between, (max(0, size - EDGE), EDGE)]
