"""From the folder of a merged model to GGUF files that were measured against it. Steps that are done are not redone."""

from __future__ import annotations

import errno
import json
import os
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from quantize import folder, imatrix, pieces, say, shrink, verify
from quantize import merged as converting
from quantize.kinds import Kind
from quantize.order import Order, is_made, recipe, record_of
from quantize.passages import Asked, asked, digest, passages
from quantize.probe import Reading
from quantize.stamp import stamp
from quantize.verify import RefusedError
from srlint.categories import IDS
from srlint.engine.session import Session
from srlint.errors import ModelError
from srlint.models.bake import file_sha256
from srlint.models.manifest import METADATA_PREFIX
from srlint.models.store import write_json

Log = Callable[[str], None]
# What is under way, how much of it is done, and of how much.
Show = Callable[[str, int, int], None]
_BITS = {"f16": 16, "bf16": 16, "f32": 32}


@dataclass(frozen=True, slots=True)
class _Work:
    """What all results share. `source` is the digest of the merged folder, `whole` the unquantised file."""

    order: Order
    log: Log
    show: Show
    source: str
    made: Mapping[str, str]
    whole: Path
    found: list[Asked]
    scratch: Path

    def showing(self, name: str) -> Callable[[int, int], None]:
        return lambda done, of: self.show(name, done, of)


def produce(order: Order, log: Log, show: Show) -> list[Path]:
    """Writes a file for each kind, with its record beside it; returns them all.

    Raises RefusedError, once all are done, for results that lost too much: they are not kept. Raises ModelError and
    ConfigError where the work cannot be done; what was finished before stays, and the next call goes on from there.
    """
    folder.check(order.merged, order.cache)
    made = converting.manifest(order.merged)
    kind = order.whole or converting.as_it_is(order.merged)
    numbers = folder.parameters(order.merged)
    if order.importance_file is not None:
        imatrix.read(order.importance_file)
    source = folder.digest(order.merged)
    found = asked(passages("dev", order.limit))
    wanted = {own: _recipe(order, own, source, kind, found) for own in order.kinds}
    done = {own: is_made(order.target(own), wanted[own]) for own in order.kinds}
    left = [own for own in order.kinds if not _is_good(done[own], own, order, log)]
    whole = order.whole_file(kind)
    whole_recipe = recipe(source=source, type=kind)
    whole_made = is_made(whole, whole_recipe)
    refused: list[str] = []
    try:
        if left or (order.keep and whole_made is None):
            folder.check_space(order.out, numbers, 0 if whole_made else _BITS[kind], left)
            order.out.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=order.out, prefix=f".{order.name}.") as scratch:
                work = _Work(order, log, show, source, made, whole, found, Path(scratch))
                if whole_made is None:
                    _convert(work, kind, whole_recipe)
                refused = _shrink_all(work, left, wanted) if left else []
        _settle(whole, order.keep)
    except OSError as error:
        raise ModelError(_told(order.out, error)) from error
    if refused:
        raise RefusedError("; ".join(refused))
    return [order.target(own) for own in order.kinds]


def _recipe(order: Order, kind: Kind, source: str, whole: str, found: list[Asked]) -> str:
    importance: str | None = None
    if order.importance_file is not None:
        importance = file_sha256(order.importance_file)
    elif order.importance:
        importance = "own passages"
    return recipe(
        source=source,
        type=kind.name,
        whole=whole,
        importance=importance,
        measured=[digest(found), order.rewrites],
        calibration=order.calibration,
    )


def _is_good(record: dict | None, kind: Kind, order: Order, log: Log) -> bool:
    """Whether a result is there. Raises RefusedError for one that only --force has let through."""
    if record is None:
        return False
    agreement = record["figures"]["agreement"]
    if agreement < kind.floor and not order.force:
        raise RefusedError(f"{order.target(kind)}: was kept with --force: only {agreement:.1%} of its verdicts survive")
    log(f"{order.target(kind)}: made already")
    return True


def _convert(work: _Work, kind: str, wanted: str) -> None:
    converting.convert(work.order.merged, work.whole, work.order.cache, kind, work.log)
    try:
        session = Session.open(work.whole, work.order.threads)
        try:
            pieces.check(work.order.merged, session, work.found, work.log)
        finally:
            session.close()
        write_json(record_of(work.whole), {"recipe": json.loads(wanted), "sha256": file_sha256(work.whole)})
    except BaseException:
        work.whole.unlink(missing_ok=True)
        raise


def _shrink_all(work: _Work, kinds: list[Kind], wanted: Mapping[Kind, str]) -> list[str]:
    """Makes all results; returns why some were refused."""
    order = work.order
    importance = _importance(work)
    work.log(f"{work.whole}: measured on {len(work.found)} passages")
    before = verify.readings(work.whole, work.found, order.rewrites, work.showing(work.whole.name), order.threads)
    refused = []
    for kind in kinds:
        try:
            _one(work, kind, importance, before, wanted[kind])
        except RefusedError as error:
            refused.append(str(error))
    return refused


def _importance(work: _Work) -> shrink.Importance | None:
    order, target = work.order, work.order.importance_target
    if order.importance_file is not None:
        return imatrix.read(order.importance_file)
    if not order.importance:
        return None
    found = asked(passages("train"))
    wanted = recipe(source=work.source, passages=digest(found))
    if is_made(target, wanted) is None:
        work.log(f"{target}: from {len(found)} passages")
        session = Session.open(work.whole, order.threads)
        frame = session.frame
        prefix, suffix = (session.tokens(text, special=True) for text in (frame.prefix, frame.suffix))
        texts = [[*session.tokens(own.question), *suffix, *session.tokens(own.answer), session.end] for own in found]
        session.close()
        part = work.scratch / target.name
        imatrix.collect(work.whole, prefix, texts, part, work.showing(target.name), order.threads)
        os.replace(part, target)
        write_json(record_of(target), {"recipe": json.loads(wanted), "sha256": file_sha256(target)})
    return imatrix.read(target)


def _one(work: _Work, kind: Kind, importance: shrink.Importance | None, before: list[Reading], wanted: str) -> None:
    order, target = work.order, work.order.target(kind)
    # Errors name a file by its last part, so that is what it is called from the start.
    small, whole = work.scratch / target.name, work.scratch / "whole.gguf"
    work.log(f"{target}: to {kind.name}, with llama.cpp's quantiser")
    shrink.shrink(work.whole, small, kind, importance, order.threads)
    try:
        after = verify.readings(small, work.found, order.rewrites, work.showing(target.name), order.threads)
    except ModelError as error:
        raise RefusedError(str(error)) from error
    figures = verify.compare(before, after)
    work.log(f"{target}: {figures.described()}")
    if not order.force:
        verify.check(kind, target.name, figures)
    own = _manifest(work, kind, figures, json.loads(wanted))
    if order.calibration is not None:
        own |= _calibrated(work, small, target.name)
    stamp(small, whole, _metadata(own))
    small.unlink()
    own |= {"sha256": file_sha256(whole), "size": whole.stat().st_size, "recipe": json.loads(wanted)}
    # The record first: a file without one would be taken for somebody else's.
    write_json(record_of(target), own)
    os.replace(whole, target)


def _manifest(work: _Work, kind: Kind, figures: verify.Comparison, made_by: dict) -> dict[str, Any]:
    """What `srlint.models.manifest` reads, and what the file was made of. Only a calibrated model has a say."""
    read = {key.removeprefix(METADATA_PREFIX): value for key, value in work.made.items()}
    return {
        **read,
        "judge_weight": 0.0,
        "threshold": None,
        "categories": list(IDS),
        "quantisation": kind.name,
        "importance": made_by["importance"],
        "source_sha256": work.source,
        "figures": figures.rounded(),
    }


def _calibrated(work: _Work, small: Path, name: str) -> dict[str, Any]:
    """Measured on a file that has a manifest already: without one srlint would take it for a stock model."""
    marked = work.scratch / "marked.gguf"
    stamp(small, marked, work.made)
    found = say.measured(marked, work.order.calibration or 0, work.showing(name))
    marked.unlink()
    work.log(f"{name}: judge weight {found.judge_weight}, F1 {found.f1} on {found.passages} passages")
    calibration = {"passages": found.passages, "f1": found.f1, "false_alarms": found.false_alarms}
    return {"judge_weight": found.judge_weight, "threshold": found.threshold, "calibration": calibration}


def _metadata(own: Mapping[str, Any]) -> dict[str, str]:
    """As GGUF metadata: text as it is, anything else as JSON; what is None is left out."""
    return {
        METADATA_PREFIX + key: value if isinstance(value, str) else json.dumps(value)
        for key, value in own.items()
        if value is not None
    }


def _settle(whole: Path, keep: bool) -> None:
    """Removes the unquantised file unless it is wanted, now or by an earlier run."""
    record = record_of(whole)
    if not whole.is_file():
        return
    values = json.loads(record.read_text(encoding="utf-8"))
    if keep:
        write_json(record, values | {"kept": True})
    elif not values.get("kept"):
        whole.unlink()
        record.unlink()


def _told(out: Path, error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"{out}: the disk is full"
    return f"{error.filename or out}: {error.strerror or error}"
