"""A session with `srlint lsp` as a person sees it: what is underlined, what the editor offers, what comes of it."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.wire import Session

_TEXT = """\
# Release checklist

The chairman of the release group signs the notes.

We need native speakers only, since the drivers are on the radio all night.
"""
_CHOSEN = ((0, "Rewrite:"), (1, "Rewrite:"))


def lsp() -> str:
    """A Markdown file is opened, two rewrites are chosen, and the file reads better."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary).resolve()
        (folder / ".git").mkdir()
        with Session(folder) as session:
            return "\n".join(_held(session, folder / "release.md")) + "\n"


def _held(session: Session, path: Path) -> Iterator[str]:
    uri = session.open(path, _TEXT)
    _, found = session.shown(uri, 1, lambda shown: shown and all(item["data"]["rewrites"] for item in shown))
    lines = _TEXT.split("\n")
    yield f"{path.name} in an editor"
    for item in found:
        start, end = item["range"]["start"], item["range"]["end"]
        yield f"\n{start['line'] + 1:4} │ {lines[start['line']]}"
        yield f"     │ {' ' * start['character']}{'~' * (end['character'] - start['character'])} {item['message']}"
        offered = _actions(session, uri, item)
        yield from (f"       > {action['title']}" for action in offered)
    yield "\nafter the first of each:"
    edits = [
        edit
        for at, title in _CHOSEN
        for action in _actions(session, uri, found[at])[:1]
        if action["title"].startswith(title)
        for edit in action["edit"]["documentChanges"][0]["edits"]
    ]
    yield from (f"{number:4} │ {line}" for number, line in enumerate(_edited(lines, edits), 1) if line)


def _actions(session: Session, uri: str, item: dict[str, Any]) -> list[dict[str, Any]]:
    context = {"diagnostics": [item], "only": ["quickfix"]}
    params = {"textDocument": {"uri": uri}, "range": item["range"], "context": context}
    return session.ask("textDocument/codeAction", params)


def _edited(lines: Sequence[str], edits: Sequence[dict[str, Any]]) -> list[str]:
    """The lines after edits, each within one line; the text is ASCII, so that every encoding counts alike."""
    new = list(lines)
    for edit in sorted(edits, key=lambda edit: edit["range"]["start"]["character"], reverse=True):
        start, end = edit["range"]["start"], edit["range"]["end"]
        line = new[start["line"]]
        new[start["line"]] = line[: start["character"]] + edit["newText"] + line[end["character"] :]
    return new
