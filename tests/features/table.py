"""The table format × feature as the README shows it. `python tests/features/table.py` prints it."""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path

FOLDER = Path(__file__).parent
sys.path.insert(0, str(FOLDER.parent))

from features.case import FEATURES, Case  # noqa: E402

DOCUMENTS = ("markdown", "mdx", "rst", "html", "asciidoc", "latex", "jupyter", "text")
LANGUAGES = ("python", "javascript", "typescript", "tsx", "go", "rust", "java", "c", "cpp", "shell")


def cells() -> dict[tuple[str, str], Case]:
    """Every cell by format and feature."""
    return {
        (name, feature): case
        for name in (*DOCUMENTS, *LANGUAGES)
        for feature, case in import_module(f"features.{name}").CASES.items()
    }


def table() -> str:
    """Markdown: a dot for each format that has a cell, and for source code how many of the languages have one."""
    known = cells()
    lines = [
        "| | " + " | ".join((*DOCUMENTS, "source code")) + " |",
        "| --- |" + " :-: |" * (len(DOCUMENTS) + 1),
    ]
    for feature, summary in FEATURES.items():
        marks = ["●" if (name, feature) in known else "" for name in DOCUMENTS]
        languages = sum((name, feature) in known for name in LANGUAGES)
        lines.append("| " + " | ".join((f"`{feature}`: {summary}", *marks, str(languages or ""))) + " |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(table(), end="")
