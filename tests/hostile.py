"""Documents and file names that try to break out of a report."""

from __future__ import annotations

import io

from fakes import FakeLinter
from srlint.config import Settings
from srlint.document import Document, Span
from srlint.findings import Edit, Finding, Review, Rewrite
from srlint.output import FORMATS
from srlint.report import FileReport, Totals, View

# Each has a word that the stand-in for the linter knows, most of them with a rewrite.
TEXTS = {
    "plain": "Good day.\nThe chairman opens.\nA radical mob came.\nThese idiots broke it, idiots.\n",
    "workflow commands": "::error file=x::chairman\n  ::stop-commands::mob\n##[error]idiots\n##vso[task.complete]mob\n",
    "markup": "]]> <b>&amp; \"chairman\" 'x' & 100% %0A %25 &#10; --> <!-- \\\n",
    "control": "\x1b[31mchairman\x07\x08 \x9b2J\nmob\x0b\x0c\x1f\x7f\n",
    "direction": "\u202echairman\u2066 \u200f\u061c mob\ufeff\n",
    "line separators": "a\u2028chairman\u2029b\x85 mob\x1c\x1d\x1e\n",
    "emoji": "🎉 chairman 👩\u200d🔬 é e\u0301 漢字 שלום mob\n",
    "tabs": "\tchairman\tx\n\t\tmob\n",
    "windows": "one\r\nchairman\r\nmob\r\n",
    "old mac": "one\rchairman\rmob\r",
    "mixed ends": "a\r\rchairman\n\r\nmob\n",
    "message syntax": "{0} {} chairman [click](https://example.org) {{x}} [a]\\](b)\n",
    "no letters for xml": "\ufffe chairman \uffff \U0001fffe \ue000\n",
    "byte order mark": "\ufeffé chairman\nmob\n",
    "utf-16": None,
    "empty": "",
}
NAMES = (
    "docs/a.md",
    "::error file=x::y.md",
    " ::warning::y.md",
    "a,b:c=d%0A.md",
    "a\nb\r\n::error::.md",
    "##[error]x.md",
    "<&>\"'.md",
    "]]>.md",
    "a\udcff.md",
    "\ud800.md",
    "\x1b[2J\x07.md",
    "\u202egnp.md",
    "🎉 é.md",
    "a b#c?d{0}.md",
    "../up.md",
    "/abs/x.md",
    "C:/abs/x.md",
    "-",
)
# Each document and each name once.
PAIRS = [*((case, NAMES[0]) for case in TEXTS), *(("plain", name) for name in NAMES[1:])]


def document(case: str) -> Document:
    text = TEXTS[case]
    data = "é chairman 🎉 mob\n".encode("utf-16") if text is None else text.encode()
    return Document.from_bytes(data, "markdown")


def report(case: str, name: str = "docs/a.md") -> FileReport:
    return FileReport(name, FakeLinter(Settings()).check(document(case)))


def over_lines() -> FileReport:
    """A passage over three lines, with an insertion, a deletion and a replacement, of severity error."""
    text = "é\nOne chairman,\r\n  two\nmen 🎉 three.\nEnd\n"
    end = text.index("End") - 1
    edits = (
        Edit(Span(6, 14), "chair"),
        Edit(Span(text.index("two"), text.index("two")), "and "),
        Edit(Span(text.index("men"), text.index("men") + 4), ""),
    )
    new, at = "", 2
    for edit in edits:
        new += text[at : edit.span.start] + edit.text
        at = edit.span.end
    rewrite = Rewrite(new + text[at:end], edits, "unsafe")
    finding = Finding(Span(2, end), ("gender", "age"), 0.9, (Span(6, 14),), "two lines\nof message", rewrite, "error")
    return FileReport("docs/b.md", Review(Document(text, "markdown"), (finding,), ()))


def directive() -> FileReport:
    """A finding about a comment instead of a passage."""
    text = "<!-- srlint: ignore[gender] -->\n"
    span = Span(0, len(text) - 1)
    finding = Finding(span, ("suppression",), 1.0, (span,), "nothing to ignore here", None)
    return FileReport("docs/c.md", Review(Document(text, "markdown"), (finding,), ()))


def rendered(name: str, *reports: FileReport, view: View | None = None, failed: int = 0) -> str:
    """What the format `name` prints for these reports."""
    stream = io.StringIO()
    output = FORMATS[name](stream, view or View())
    totals = Totals(failed=failed)
    for one in reports:
        output.file(one)
        totals = totals.plus(one)
    output.end(totals)
    return stream.getvalue()
