"""What lies in the package beside its code: where, and what tells one state of it from another.

A run that the cache can answer asks for the digests and loads nothing of what they stand for.
"""

from __future__ import annotations

import hashlib
import json
from functools import cache
from pathlib import Path

PACKAGE = Path(__file__).parent
# Part of the terms' digest: raised when the rules of `srlint.terms` and its neighbours change what a list finds.
TERM_RULES = 2


def data(name: str) -> Path:
    """Where a file of `srlint/data` lies."""
    return PACKAGE / "data" / name


@cache
def model_digest() -> str:
    """SHA-256 of the shipped detector: results of another one must not be taken from the cache."""
    return _digest("detector.onnx")


@cache
def screen_digest() -> str:
    """SHA-256 of the shipped screen: what it lets through decides what is found."""
    return _digest("screen.npz")


@cache
def tagger_digest() -> str:
    """SHA-256 of the shipped edit tagger, its decoder and its capitals: they decide what is proposed."""
    return "".join(map(_digest, ("tagger.onnx", "phrases.onnx", "capitals.txt")))


@cache
def wordings_digest() -> str:
    """SHA-256 of the shipped list of wordings: it decides what is proposed, too."""
    return _digest("wordings.toml")


@cache
def terms_digest() -> str:
    """The digest of the shipped list of terms, which need not be read for it."""
    rules = json.dumps([TERM_RULES, [], []]).encode()
    return hashlib.sha256(data("terms.toml").read_bytes() + rules).hexdigest()


@cache
def code_digest() -> str:
    """Tells one state of srlint's own code from another, since two may bear the same version."""
    digest = hashlib.sha256()
    folders = [PACKAGE]
    while folders:
        for entry in sorted(folders.pop().iterdir(), key=lambda entry: entry.name):
            if entry.suffix in (".py", ".json"):
                digest.update(entry.read_bytes())
            elif entry.name != "__pycache__" and entry.is_dir():
                folders.append(entry)
    return digest.hexdigest()


def _digest(name: str) -> str:
    # Piece by piece: a detector in memory as a whole would be a third of what a warm run takes.
    with open(data(name), "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
