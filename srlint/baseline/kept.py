"""The baseline of one run: loaded before it, recorded or pruned after it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from srlint import files
from srlint.baseline import Baseline
from srlint.errors import DocumentError
from srlint.report import counted


@dataclass(frozen=True, slots=True)
class KeptBaseline:
    """A baseline and the file it lies in. `record`: keep all that was found; `prune`: drop what is no longer there."""

    baseline: Baseline
    path: Path
    record: bool = False
    prune: bool = False

    @classmethod
    def to_record(cls, path: Path) -> KeptBaseline:
        """For `--write-baseline`; the file need not be there. Raises ConfigError for one that is damaged."""
        return cls(Baseline.load(path) if path.is_file() else Baseline(), path, record=True)

    @classmethod
    def to_apply(cls, path: Path, *, prune: bool) -> KeptBaseline:
        """Raises ConfigError for a file that is missing or damaged."""
        return cls(Baseline.load(path), path, prune=prune)

    def settle(self) -> str | None:
        """Write what is to be kept, once every document has been through the baseline; what there is to say about it.

        Raises DocumentError when what was to be recorded cannot be. A file that only cannot be pruned is left.
        """
        shown = files.shown(self.path)
        if self.record:
            recorded = self.baseline.recorded()
            recorded.save(self.path)
            return f"{shown}: {counted(len(recorded), 'finding')} accepted"
        if not self.prune:
            return None
        pruned = self.baseline.pruned()
        try:
            if not pruned.save(self.path):
                return None
        except DocumentError as error:
            return f"{error}: not pruned"
        return f"{shown}: {counted(len(self.baseline) - len(pruned), 'finding')} no longer there, removed"
