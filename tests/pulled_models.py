"""A pulled model on disk, and what was measured of it, for tests."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from srlint import turns
from srlint.detector import model_digest
from srlint.models import store
from srlint.models.calibration import Calibration
from srlint.models.store import Pulled, Stamp
from tiny_gguf import STOCK, gguf_bytes

NAME = "maker/model-GGUF:tiny.gguf"
CONTENT = gguf_bytes(STOCK)


def pulled(tmp_path: Path, name: str = NAME, commit: str = "c1", blob: str = "b1", content: bytes = CONTENT) -> Pulled:
    """A file in a Hugging Face cache, as a pull leaves it, and remembered."""
    cache = tmp_path / "hf"
    repository = cache / "models--maker--model-GGUF"
    path = repository / "snapshots" / commit / "tiny.gguf"
    (repository / "blobs").mkdir(parents=True, exist_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    (repository / "blobs" / blob).write_bytes(content)
    path.symlink_to(Path("../../blobs") / blob)
    stamp = Stamp.of(path)
    made = Pulled(
        name, "maker/model-GGUF", "tiny.gguf", "main", commit, str(cache), str(path), stamp.size, stamp.mtime_ns, "ab"
    )
    store.keep(made)
    return made


def measured(**changed) -> Calibration:
    return replace(
        Calibration(0.3, 0.6, "ab", turns.fingerprint(), model_digest(), 100, 0.8, 0.03, 0.5),
        **changed,
    )
