"""What is saved beside weights, and who may read it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

# The vocabulary of Llama 2's and Mistral's tokenizers with its scores. transformers loads it and saves another form
# without them, from which llama.cpp cuts other tokens.
_VOCABULARY = "tokenizer.model"


def copy_vocabulary(base: Path, folder: Path) -> None:
    """Puts the base's own vocabulary file into the folder, where it has one."""
    if base.is_dir() and (base / _VOCABULARY).is_file():
        shutil.copyfile(base / _VOCABULARY, folder / _VOCABULARY)


def make_readable(folder: Path) -> None:
    """Gives all in a folder the permissions that new files have: safetensors writes for the owner alone."""
    mask = os.umask(0)
    os.umask(mask)
    folder.chmod(0o777 & ~mask)
    for path in folder.rglob("*"):
        path.chmod((0o777 if path.is_dir() else 0o666) & ~mask)
