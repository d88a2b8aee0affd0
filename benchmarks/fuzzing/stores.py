"""What srlint has written to disk itself, damaged since: the cache, the journal of reviews, records of models."""

from __future__ import annotations

from pathlib import Path

from benchmarks.fuzzing.target import Run, demand
from srlint.document import Comment, Span
from srlint.findings import Edit, Finding, Rewrite, Skipped

_KEYS = tuple(bytes([number]) * 32 for number in range(1, 13))


def results() -> dict[bytes, bytes]:
    """What the cache in the corpus held before it was damaged."""
    from srlint.verdict import Outcome, Verdict, outcome_to_bytes, verdict_to_bytes

    mark = Span(4, 12)
    rewrite = Rewrite("The chair opens the meeting.", (Edit(mark, "chair"),), "safe")
    finding = Finding(Span(0, 31), ("gender",), 0.93, (mark,), "Gender: “chairman”: prefer “chair”", rewrite)
    outcome = Outcome(
        0.5, (finding,), {finding.span: "warning"}, (Skipped(Span(33, 40), "quote"),), (Comment(Span(41, 50), "é"),)
    )
    verdict = Verdict(0.9, ("gender", "age"), (mark,), "why", "The chair opens.", "safe", "info", others=("a", "b"))
    values = (outcome_to_bytes(outcome), verdict_to_bytes(verdict), verdict_to_bytes(Verdict(0.01)))
    return {key: values[number % 3] for number, key in enumerate(_KEYS)}


def cache(folder: Path) -> Run:
    """The cache's file: what it held comes back as it was or not at all, also once it is kept again."""
    from srlint.cache import FILE_NAME, ResultCache

    place = folder / "cache"
    held = results()

    def run(data: bytes) -> None:
        place.mkdir(exist_ok=True)
        for file in place.iterdir():
            file.unlink()
        (place / FILE_NAME).write_bytes(data)
        said: list[str] = []
        opened = ResultCache(place, said.append)
        try:
            for _ in range(2):
                for key, value in opened.get_many(list(held)).items():
                    demand(held[key] == value, "another result than was kept")
                opened.put_many(held)
        finally:
            opened.close()
        demand(len(said) <= 1 and not any("\n" in line for line in said), "more than one line of warning")

    return run


def entries(folder: Path) -> Run:
    """One entry of the cache: what was stored, or something that the linter takes for no entry."""
    from srlint.verdict import (
        Outcome,
        Verdict,
        outcome_from_bytes,
        outcome_to_bytes,
        verdict_from_bytes,
        verdict_to_bytes,
    )

    def run(data: bytes) -> None:
        for read in (verdict_from_bytes, outcome_from_bytes):
            try:
                found = read(data)
            except (ValueError, TypeError, IndexError, KeyError, RecursionError):
                continue
            again = outcome_to_bytes(found) if isinstance(found, Outcome) else verdict_to_bytes(found)
            demand(isinstance(found, (Outcome, Verdict)) and bool(again), "an entry that cannot be stored again")

    return run


def journal(folder: Path) -> Run:
    """The file of reviews: what is damaged is told in one line, or as good as not there."""
    from srlint.review.database import Database
    from srlint.review.journal import digest, last
    from srlint.review.kept import Kept

    file = folder / "review.sqlite3"

    def run(data: bytes) -> None:
        for name in ("review.sqlite3", "review.sqlite3-journal", "review.sqlite3-wal", "review.sqlite3-shm"):
            (folder / name).unlink(missing_ok=True)
        file.write_bytes(data)
        database = Database(file)
        try:
            said: list[str] = []
            for answer in Kept(database, said.append).recall(Path("/work/a.md")):
                demand(isinstance(answer.text, str) and answer.count >= 0, "an answer of another kind")
            found = last(database)
            for written in found[1] if found is not None else ():
                demand(isinstance(written.name, str), "a name that is none")
                digest(written.before)
        finally:
            database.close()

    return run


def records(folder: Path) -> Run:
    """JSON beside models: a manifest, a calibration, what was pulled."""
    from srlint.errors import ModelError
    from srlint.models import calibration, manifest, store

    file = folder / "record.json"

    def run(data: bytes) -> None:
        file.write_bytes(data)
        for read in (manifest.from_json, calibration.read, store._read):
            try:
                read(file)
            except ModelError as error:
                demand(str(file) in str(error), "an error that does not name the file")

    return run


def reply(folder: Path) -> Run:
    """What a server answers."""
    import json

    from srlint.server import form
    from srlint.server.answer import MalformedError, rewrite

    def run(data: bytes) -> None:
        try:
            rewrite(form.content(json.loads(data)), 2)
        except (MalformedError, ValueError, RecursionError):
            return

    return run
