from __future__ import annotations

import io
import json
import shutil
import subprocess

import pytest

from fakes import FakeLinter
from srlint.config import Settings
from srlint.document import Document, Span
from srlint.errors import DocumentError
from srlint.findings import Edit, Finding, Review, Rewrite
from srlint.output import FORMATS
from srlint.output.diff import diff
from srlint.output.escape import printable
from srlint.passages import passages
from srlint.report import FileReport, Totals, View, diff_summary, status, summary
from srlint.severity import SEVERITIES

TEXT = "Good day.\nThe chairman opens.\nA radical mob came.\nThese idiots broke it, idiots.\n"


def review(text: str = TEXT) -> Review:
    return FakeLinter(Settings()).check(Document(text, "markdown"))


def rendered(name: str, result: Review | None = None, view: View | None = None, file: str = "docs/a.md") -> str:
    stream = io.StringIO()
    view = view or View()
    output = FORMATS[name](stream, view)
    report = FileReport(file, result or review())
    output.file(report)
    output.end(Totals().plus(report))
    return stream.getvalue()


def test_full():
    assert rendered("full") == (
        "docs/a.md:2:1  gender  0.93  [*]\n"
        "  The [-chairman-]{+chair+} opens.\n"
        "  why: about chairman\n"
        "\n"
        "docs/a.md:3:1  framing, toxicity  0.81  [unsafe]\n"
        "  A radical [-mob-]{+crowd+} came.\n"
        "  why: about mob\n"
        "\n"
        "docs/a.md:4:1  toxicity  0.97\n"
        "  These idiots broke it, idiots.\n"
        "  why: about idiots\n"
        "  no rewrite: put it in your own words (idiots)\n"
        "\n"
        "Found 3 passages in 1 file (2 rewrites: 1 safe, 1 unsafe; apply with --fix / --unsafe-fixes).\n"
    )


def test_full_in_colour_says_the_same():
    colored = rendered("full", view=View(color=True))
    assert "\x1b[9;31mchairman\x1b[0m\x1b[32mchair\x1b[0m" in colored
    assert "\x1b[4;33midiots\x1b[0m broke" in colored
    assert "apply with --fix" in colored


def test_full_puts_a_passage_on_one_line():
    text = "A chairman,\r\n  who came,\r\n\r\n"
    mark = Span(2, 10)
    finding = Finding(Span(0, 24), ("gender",), 0.9, (mark,), "m", Rewrite("", (Edit(mark, "chair"),), "safe"))
    assert "  A [-chairman-]{+chair+}, who came,\n" in rendered("full", Review(Document(text, "text"), (finding,), ()))


def test_full_shows_insertions_deletions_and_the_edges():
    text = "one two three"
    edits = (Edit(Span(0, 4), ""), Edit(Span(7, 7), " and"), Edit(Span(8, 13), "3"))
    finding = Finding(Span(0, 13), ("age",), 0.5, (), "m", Rewrite("two and 3", edits, "unsafe"))
    assert "  [-one -]two{+ and+} [-three-]{+3+}\n" in rendered("full", Review(Document(text, "text"), (finding,), ()))


@pytest.mark.parametrize("color", [False, True])
@pytest.mark.parametrize("name", ["full", "concise"])
def test_a_document_or_a_file_name_cannot_steer_the_terminal(name, color):
    text = "The \x1b[31mchairman\x07 [bold]said\u202e :smile: \u2066it.\n"
    plain = rendered(name, review(text), View(color=color), file="a\x1b[2J\n[red].md")
    for char in "\x1b\x07\u202e\u2066":
        assert char not in plain.replace("\x1b[", "") or color
    assert "\x07" not in plain and "\u202e" not in plain and "\u2066" not in plain
    assert "\x1b[2J" not in plain and "\x1b[31mchairman" not in plain
    assert "a\\x1b[2J [red].md" in plain
    if name == "full":
        assert "[bold]said\\u202e :smile: \\u2066it." in plain


def test_printable():
    assert printable("a\tb\r\n\u00a0c") == "a b c"
    assert printable("\x00\x85\u2028é👩\u200d🔬\U000e0041\ud800") == "\\x00 é👩\u200d🔬\\U000e0041\\ud800"


def test_concise():
    assert rendered("concise") == (
        "docs/a.md:2:1: gender 0.93 about chairman [*]\n"
        "docs/a.md:3:1: framing, toxicity 0.81 about mob [unsafe]\n"
        "docs/a.md:4:1: toxicity 0.97 about idiots\n"
        "Found 3 passages in 1 file (2 rewrites: 1 safe, 1 unsafe; apply with --fix / --unsafe-fixes).\n"
    )


def test_grouped():
    assert rendered("grouped") == (
        "docs/a.md:\n"
        "  2:1  gender             0.93  about chairman [*]\n"
        "  3:1  framing, toxicity  0.81  about mob [unsafe]\n"
        "  4:1  toxicity           0.97  about idiots\n"
        "\n"
        "Found 3 passages in 1 file (2 rewrites: 1 safe, 1 unsafe; apply with --fix / --unsafe-fixes).\n"
    )
    assert rendered("grouped", review("fine")) == "Nothing to report in 1 file.\n"


def test_a_directive_is_not_to_be_put_in_other_words():
    text = "<!-- srlint: ignore[gender] -->"
    finding = Finding(Span(0, 31), ("suppression",), 1.0, (Span(0, 31),), "nothing to ignore here", None)
    assert rendered("full", Review(Document(text, "markdown"), (finding,), ()), View(summary=False)) == (
        "docs/a.md:1:1  suppression  1.00\n  <!-- srlint: ignore[gender] -->\n  why: nothing to ignore here\n\n"
    )


def test_unsafe_rewrites_can_be_shown_as_applicable():
    lines = rendered("concise", view=View(unsafe=True)).splitlines()
    assert lines[1].endswith("about mob [*]")
    assert lines[-1].endswith("apply with --fix --unsafe-fixes).")


def test_json_has_the_documented_shape():
    rows = json.loads(rendered("json", review("Café 🎉\n\nThe chairman opens.\nidiots")))
    assert rows[0] == {
        "file": "docs/a.md",
        "line": 3,
        "column": 1,
        "end_line": 3,
        "end_column": 20,
        "start": 8,
        "end": 27,
        "text": "The chairman opens.",
        "categories": ["gender"],
        "severity": "warning",
        "probability": 0.93,
        "marks": [{"start": 12, "end": 20, "text": "chairman"}],
        "message": "about chairman",
        "rewrite": {
            "text": "The chair opens.",
            "safety": "safe",
            "edits": [{"start": 12, "end": 20, "text": "chair"}],
        },
    }
    assert rows[1]["rewrite"] is None


def test_json_without_findings_and_with_a_strange_name():
    assert json.loads(rendered("json", review("fine"))) == []
    assert json.loads(rendered("json", file="a\udcff\n.md"))[0]["file"] == "a\udcff\n.md"


@pytest.mark.parametrize(
    ("totals", "says"),
    [
        (Totals(), "No file was checked."),
        (Totals(failed=2), "No file was checked. 2 paths could not be checked."),
        (Totals(checked=1), "Nothing to report in 1 file."),
        (
            Totals(checked=1, foreign=1, failed=1),
            "Nothing to report in 1 file. 1 paragraph that is not English was skipped. 1 path could not be checked.",
        ),
        (Totals(checked=3, files=1, remaining=1), "Found 1 passage in 1 file."),
        (
            Totals(checked=3, files=2, remaining=4, safe=2),
            "Found 4 passages in 2 files (2 rewrites: 2 safe, 0 unsafe; apply with --fix).",
        ),
        (
            Totals(checked=3, files=2, remaining=4, unsafe=1),
            "Found 4 passages in 2 files (1 rewrite: 0 safe, 1 unsafe; apply with --unsafe-fixes).",
        ),
        (
            Totals(checked=3, files=2, remaining=1, rewritten=3, failed=1),
            "Found 4 passages in 2 files (3 rewritten, 1 remaining). 1 path could not be checked.",
        ),
    ],
)
def test_the_last_line(totals, says):
    assert summary(totals, View()) == says


def test_the_line_for_a_diff():
    assert diff_summary(Totals(checked=1)) == "Nothing to report in 1 file."
    assert diff_summary(Totals(checked=1, files=1, rewritten=1)) == "Would rewrite 1 passage in 1 file."
    assert diff_summary(Totals(checked=1, files=1, remaining=2, unsafe=1)) == (
        "No rewrite to apply; 1 more with --unsafe-fixes; 1 passage without a rewrite, see the report."
    )


@pytest.mark.parametrize(
    ("totals", "expected"),
    [
        (Totals(checked=1), (0, 0)),
        (Totals(remaining=1), (1, 0)),
        (Totals(rewritten=1), (0, 1)),
        (Totals(remaining=1, rewritten=1), (1, 1)),
        (Totals(remaining=1, rewritten=1, failed=1), (2, 2)),
    ],
)
def test_status(totals, expected):
    assert (status(totals), status(totals, diff=True)) == expected


@pytest.mark.parametrize(
    ("totals", "expected"),
    [
        (Totals(), (0, 0, 0)),
        (Totals(remaining=1), (1, 0, 0)),
        (Totals(remaining=2, warnings=1), (1, 1, 0)),
        (Totals(remaining=1, errors=1), (1, 1, 1)),
        (Totals(failed=1), (2, 2, 2)),
    ],
)
def test_status_from_a_severity_on(totals, expected):
    assert tuple(status(totals, fail_level=level) for level in SEVERITIES) == expected


def test_totals_count_severities_and_what_is_not_english():
    text = (
        "Der Vorsitzende hat das Protokoll nicht gelesen und wird es bis morgen nachholen.\n\n"
        "Le conseil des ministres a décidé que la loi ne sera pas appliquée dans les communes.\n\n> A quotation.\n"
    )
    # The reason is the one that the reader of documents gives.
    skipped = passages(Document(text, "markdown")).skipped
    findings = tuple(
        Finding(Span(0, 3), ("age",), 0.9, (), "m", None, severity) for severity in ("info", "error", "error")
    )
    totals = Totals().plus(FileReport("a.md", Review(Document(text, "markdown"), findings, skipped)))
    assert (totals.remaining, totals.warnings, totals.errors, totals.foreign) == (3, 0, 2, 2)
    assert summary(totals, View()) == ("Found 3 passages in 1 file. 2 paragraphs that are not English were skipped.")


OLD = ["one\n", "the chairman\n", *(f"{number}\n" for number in range(20)), "last chairman"]
DIFF_CASES = {
    "plain": "".join(OLD) + "\n",
    "no newline at the end": "".join(OLD),
    "one line": "chairman",
    "windows": "".join(OLD).replace("\n", "\r\n"),
    "mixed": "a\rchairman\r\nb\x0cc\u2028d chairman\n\n\n",
    "byte order mark": "\ufeffchairman\nb\n",
}
NAMES = ["a.md", "docs/deep/a.md", "with space/a b.md", "ümlaut.md"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("case", DIFF_CASES)
@pytest.mark.parametrize("command", [["patch", "-p0", "-s"], ["git", "apply"]], ids=["patch", "git"])
def test_a_diff_can_be_applied(tmp_path, command, case, name):
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed")
    old = Document.from_bytes(DIFF_CASES[case].encode(), "text")
    new = Document(old.text.replace("chairman", "chair"), "text", old.bom)
    file = tmp_path / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(old.to_bytes())
    # Outside a repository of its own, `git apply` would take the test's folder for a part of another one.
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    done = subprocess.run(command, cwd=tmp_path, input=diff(name, old, new).encode(), capture_output=True)
    assert (done.returncode, done.stdout) == (0, b""), done.stderr
    assert file.read_bytes() == new.to_bytes()


def test_a_diff_of_nothing_is_empty():
    document = Document("a\n", "text")
    assert diff("a.md", document, document) == ""


def test_a_name_with_control_characters_is_quoted():
    old, new = Document("a\n", "text"), Document("b\n", "text")
    assert diff('a"\n.md', old, new).splitlines()[0] == '--- "./a\\"\\n.md"'


def test_a_diff_nobody_could_apply_is_refused():
    old = Document.from_bytes("a".encode("utf-16"), "text")
    with pytest.raises(DocumentError, match="not UTF-8"):
        diff("a.md", old, Document("b", "text", old.bom))
