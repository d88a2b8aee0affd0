"""What each type costs and gives: size, speed and agreement with half precision, on the same passages.

A busy machine must not favour a type, so that every passage goes through all files before the next one does.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from importlib import resources
from pathlib import Path
from typing import Any

from benchmarks import random_model
from benchmarks.tables import number, percent, table
from quantize.kinds import KINDS
from quantize.passages import Asked, asked, digest, passages
from quantize.probe import Probe, Reading, speeds
from quantize.shrink import shrink
from quantize.verify import chosen, compare
from srlint.engine.threads import threads as usable
from srlint.models.bake import merge
from srlint.models.embedded import base_gguf

REFERENCE = "F16"
_HEAD = ("type", "MB", "reads tok/s", "writes tok/s", "verdicts same", "KL", "most", "rewrites same", "perplexity")


def run(
    kinds: Sequence[str], shape: str | None, limit: int, rewrites: int, threads: int | None
) -> tuple[str, dict[str, Any]]:
    """The table, and the figures. Raises ModelError."""
    found = asked(passages("dev", limit))
    count = threads or usable()
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / f"{REFERENCE}.gguf"
        if shape:
            random_model.write(random_model.SHAPES[shape], base_gguf(), whole)
        else:
            adapter = Path(str(resources.files("srlint") / "models" / "adapter.gguf"))
            merge(base_gguf(), adapter, whole, REFERENCE)
        files = [whole]
        for name in kinds:
            files.append(Path(folder) / f"{name}.gguf")
            shrink(whole, files[-1], KINDS[name], None, count)
        sizes = {file.stem: file.stat().st_size for file in files}
        readings = _readings(files, found, rewrites, count, speed_only=shape is not None)
    rows = [_figures(name, sizes, readings, shape is None) for name in sizes]
    figures = {
        "model": shape or "embedded",
        "passages": len(found),
        "passages_digest": digest(found),
        "threads": count,
        "rows": rows,
    }
    return _shown(rows, figures), figures


def _readings(
    files: Sequence[Path], found: Sequence[Asked], rewrites: int, threads: int, speed_only: bool
) -> dict[str, list[Reading]]:
    """By the name of the type."""
    with ExitStack() as stack:
        probes = {file.stem: stack.enter_context(Probe(file, threads)) for file in files}
        results: dict[str, list[Reading]] = {name: [] for name in probes}
        for own, wanted in zip(found, chosen(found, 0 if speed_only else rewrites), strict=True):
            for name, probe in probes.items():
                reading = probe.read(own, wanted)
                assert reading is not None  # no passage of the fixed set is that long for the embedded tokenizer
                if speed_only:
                    reading = Reading(reading.opening, reading.prefill, decode=probe.decode(own))
                results[name].append(reading)
        return results


def _figures(name: str, sizes: dict[str, int], readings: dict[str, list[Reading]], quality: bool) -> dict[str, Any]:
    read, written = speeds(readings[name])
    own: dict[str, Any] = {"type": name, "bytes": sizes[name], "prefill": read, "decode": written}
    if quality:
        own |= compare(readings[REFERENCE], readings[name]).rounded()
        own |= {"prefill_ratio": own["prefill"], "decode_ratio": own["decode"], "prefill": read, "decode": written}
    return own


def _shown(rows: Sequence[dict[str, Any]], figures: dict[str, Any]) -> str:
    cells = [
        (
            row["type"],
            number(row["bytes"] / 1e6, 1),
            number(row["prefill"], 0),
            number(row["decode"], 1),
            percent(row.get("agreement")),
            number(row.get("mean_kl"), 4),
            number(row.get("max_kl")),
            percent(row.get("exact")),
            number(row.get("perplexity")),
        )
        for row in rows
    ]
    opening = (
        f"{figures['model']}: {figures['passages']} dev passages, {rows[0].get('rewrites', 0)} of them rewritten, "
        f"{figures['threads']} thread(s)"
    )
    return f"{opening}\n\n{table(_HEAD, cells)}"
