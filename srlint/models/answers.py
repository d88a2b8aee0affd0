"""What a model has answered so far while it is calibrated, on disk, so that an interruption costs nothing."""

from __future__ import annotations

import json
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import TextIO

from srlint.detector import Detection
from srlint.errors import ModelError
from srlint.models.calibrate import Opinion, Passage


class Answers:
    """Opinions by passage in a JSONL file, whose first line says what they hold for; those for anything else are void.

    A last line that was cut short is as good as none. Use it as a context manager. Raises ModelError when the file
    cannot be written.
    """

    def __init__(self, path: Path, holds_for: str) -> None:
        self._path = path
        self._known: dict[str, Opinion] = {}
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
            if lines[:1] == [holds_for]:
                self._known = dict(read for line in lines[1:] if (read := _read(line)))
            self._file: TextIO = open(path, "w", encoding="utf-8")  # noqa: SIM115
            self._file.write("\n".join([holds_for, *map(_written, self._known.items())]) + "\n")
        except OSError as error:
            raise ModelError(f"{path}: {error.strerror or error}") from error

    def __enter__(self) -> Answers:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def find(self, passage: Passage, judged: Detection) -> Opinion | None:
        """The opinion on a passage that was asked about before."""
        return self._known.get(_key(passage, judged))

    def add(self, passage: Passage, judged: Detection, opinion: Opinion) -> None:
        """Keeps an opinion at once."""
        self._file.write(_written((_key(passage, judged), opinion)) + "\n")
        self._file.flush()

    def discard(self) -> None:
        """Deletes the file, when nobody will go on from it."""
        self._file.close()
        self._path.unlink(missing_ok=True)


def _key(passage: Passage, judged: Detection) -> str:
    """All that the question hangs on."""
    asked = [passage.text, passage.before, judged.probability, judged.marks, judged.categories]
    return sha256(repr(asked).encode("utf-8", "surrogatepass")).hexdigest()


def _written(item: tuple[str, Opinion]) -> str:
    return json.dumps([item[0], asdict(item[1])])


def _read(line: str) -> tuple[str, Opinion] | None:
    try:
        key, values = json.loads(line)
        return str(key), Opinion(**values)
    except (ValueError, TypeError, RecursionError):
        return None
