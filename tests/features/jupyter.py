"""Jupyter notebooks: the cells of the feature table. What Markdown has, a notebook has."""

from __future__ import annotations

import json

from features.case import Case

ATOM = "\ufffc"


def notebook(*cells: str | tuple[str, str]) -> str:
    """A notebook of these Markdown cells, or (type, source) of others, as Jupyter writes it."""
    return json.dumps(
        {
            "cells": [
                {"cell_type": kind, "metadata": {"his": "words"}, "source": source.splitlines(keepends=True)}
                for kind, source in ((cell if isinstance(cell, tuple) else ("markdown", cell)) for cell in cells)
            ],
            "metadata": {"kernelspec": {"name": "the master kernel"}},
            "nbformat": 4,
            "nbformat_minor": 5,
        },
        indent=1,
    )


FIX = notebook('Say "ask\\\\b\n*the* chairman 🎉 é" now.\n', "Next.")

CASES: dict[str, Case] = {
    "paragraphs": Case(
        notebook("The first line\ngoes on here. A second\nsentence.\n", "Another cell"),
        ["The first line goes on here.", "A second sentence.", "Another cell"],
    ),
    "headings": Case(notebook("# The *first* part. Really\n\nWords.\n"), ["The first part. Really", "Words."]),
    "emphasis": Case(notebook("A *very* __bold__ claim, **dis**abled."), ["A very bold claim, disabled."]),
    "links": Case(notebook("Read [the *guide*](https://example.org/master) first."), ["Read the guide first."]),
    "bare-urls": Case(notebook("See https://example.org/a_b now."), [f"See {ATOM} now."]),
    "inline-code": Case(notebook("Call `kill(child)` now."), [f"Call {ATOM} now."]),
    "code-blocks": Case(
        notebook("Before.\n\n```python\nhis = 1\n```\n", ("code", "hers = 2"), ("raw", "His words."), "After."),
        ["Before.", "After."],
    ),
    "lists": Case(notebook("- One\n- Two\n  - Three\n\n1. Four\n"), ["One", "Two", "Three", "Four"]),
    "tables": Case(notebook("| Role | Task |\n|---|---|\n| Clerk | Writes |\n"), ["Role", "Task", "Clerk", "Writes"]),
    "images": Case(notebook("The ![A fox](his/logo.png) is new."), [f"The {ATOM} is new.", "A fox"]),
    "attributes": Case(notebook('<img src="his.png" alt="A fox &amp; a dog">\n'), ["A fox & a dog"]),
    "math": Case(
        notebook("Let $x$ be\n\n\\begin{align}\nhis &= hers \\\\\n\\end{align}\n\nand so $$y$$ holds."),
        [f"Let {ATOM} be", f"and so {ATOM} holds."],
    ),
    "metadata": Case(notebook("Words."), ["Words."]),
    "admonitions": Case(notebook("> [!NOTE]\n> Mind the gap.\n"), ["Mind the gap."]),
    "raw": Case(notebook('<div class="his">\n<p>Mind <b>the</b> gap.</p>\n</div>\n'), ["Mind the gap."]),
    "entities": Case(
        notebook('Bread &amp; butter, \\*"caf\u00e9" \U0001f389 C:\\\\.'), ['Bread & butter, *"café" 🎉 C:\\.']
    ),
    "quotes": Case(
        notebook("> His words.\n\nThen."), ["Then."], skipped=("block quote",), quoted=["His words.", "Then."]
    ),
    "comments": Case(
        notebook("<!-- srlint: file-ignore[age] old -->\n", 'One.<!-- a "b" -->\n'),
        ["One."],
        comments=("srlint: file-ignore[age] old", 'a "b"'),
    ),
    "line-ends": Case(notebook("One\r\ntwo.\r\n\r\nThree.").replace("\n", "\r\n"), ["One two.", "Three."]),
    "unicode": Case(
        notebook("👩‍👩‍👧 meets **שלום** e\u0301te\u0301 and 漢字 here. The end\u2028of it."),
        ["👩‍👩‍👧 meets שלום e\u0301te\u0301 and 漢字 here.", "The end\u2028of it."],
    ),
    "not-english": Case(
        notebook("Der Vorsitzende hat das Protokoll nicht gelesen und wird es nachholen.", "Yes."),
        ["Yes."],
        skipped=("not English",),
    ),
    "fix": Case(
        FIX,
        ['Say "ask\\b the chairman 🎉 é" now.', "Next."],
        edit=(0, "chairman", "chair", FIX.replace("chairman", "chair")),
    ),
}
