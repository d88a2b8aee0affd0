"""A few passages, as rows of our data."""

from __future__ import annotations

from finetune.dataset import Row


def row(text: str, *rewrites: str, mark: str = "", categories=("gender",)) -> Row:
    spans = ((text.index(mark), text.index(mark) + len(mark)),) if mark else ()
    kind = "term" if mark else "plain"
    return Row(text[:20], "", "", text, bool(mark), categories if mark else (), spans, rewrites, kind, "")


ROWS = [
    row("The chairman opened the door.", "The chair opened the door.", mark="chairman"),
    row("We need more manpower on the late shift.", "We need more staff on the late shift.", mark="manpower"),
    row("Those idiots lost it again.", mark="idiots", categories=("toxicity",)),
    row("The whitelist is read at noon by the server in the cellar.", mark="whitelist", categories=("terminology",)),
    row("The bridge was closed for repairs in March."),
    row("Bread is sold."),
    row("Each request carries a token that expires after ten minutes."),
    row("Ms Okafor spoke, and her deputy took questions from the floor until the hall had to be cleared."),
]
