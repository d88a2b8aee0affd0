"""Accepted findings: what is recognised again, what is pruned, and what the file looks like."""

from __future__ import annotations

import json
import os
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from judged import judged
from srlint.baseline import Baseline, normalised
from srlint.baseline.file import Entry
from srlint.document import Comment, Document, Span
from srlint.errors import ConfigError, DocumentError
from srlint.findings import Finding, Review
from srlint.report import FileReport

CHAIRMAN = "The chairman opens the meeting.\n"
IDIOTS = "They are idiots, all of them.\n"


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def put(name: str, text: str) -> FileReport:
    """A file on disk and what is found in it."""
    os.makedirs(os.path.dirname(name) or ".", exist_ok=True)
    with open(name, "w", encoding="utf-8", newline="") as file:
        file.write(text)
    return FileReport(name, judged(text))


def base(here, *reports: FileReport) -> Baseline:
    """A baseline that was written and read back."""
    Baseline.of(reports).save(here / ".srlint-baseline.json")
    return Baseline.load(here / ".srlint-baseline.json")


def left(baseline: Baseline, report: FileReport, judged_categories=None) -> list[str]:
    """What is still reported: line and categories."""
    review = baseline.accept(report.name, report.review, judged_categories)
    found = [(review.document.position(item.span.start).line, item.categories) for item in review.findings]
    return [f"{line} {' '.join(categories)}" for line, categories in found]


def test_what_the_file_looks_like(here):
    reports = [put("docs/b é.md", CHAIRMAN * 3 + IDIOTS), put("a.md", IDIOTS), put("clean.md", "Hello there.\n")]
    assert Baseline.of(reports).save(here / "base.json")
    assert (here / "base.json").read_text(encoding="utf-8") == (
        "{\n"
        '  "version": 1,\n'
        '  "files": {\n'
        '    "a.md": [\n'
        '      {"category": "toxicity", "passage": "3cb54a54faf454a5", "count": 1, '
        '"text": "They are idiots, all of them."}\n'
        "    ],\n"
        '    "docs/b é.md": [\n'
        '      {"category": "gender", "passage": "8bb07de0616ae6e1", "count": 3, '
        '"text": "The chairman opens the meeting."},\n'
        '      {"category": "toxicity", "passage": "3cb54a54faf454a5", "count": 1, '
        '"text": "They are idiots, all of them."}\n'
        "    ]\n"
        "  }\n"
        "}\n"
    )


def test_an_empty_baseline(here):
    assert Baseline.of([]).save(here / "base.json")
    assert json.loads((here / "base.json").read_text()) == {"version": 1, "files": {}}
    assert Baseline.load(here / "base.json") == Baseline() and len(Baseline()) == 0


@pytest.mark.parametrize(
    "text",
    [
        CHAIRMAN,
        "# New\n\nA new paragraph.\n\n" + CHAIRMAN,
        "The chairman\nopens\r\nthe meeting!",
        "*The* **chairman** opens,  the meeting",
        "THE CHAIRMAN OPENS THE MEETING.",
        "The ｃｈａｉｒman opens the meet\u00ading.",
        "- The chairman opens the meeting",
    ],
)
def test_a_passage_is_recognised_by_its_letters(here, text):
    assert left(base(here, put("a.md", CHAIRMAN)), put("a.md", text)) == []


@pytest.mark.parametrize("text", ["The chairman closes the meeting.", "The chairman opens the meetings."])
def test_other_words_are_another_passage(here, text):
    assert left(base(here, put("a.md", CHAIRMAN)), put("a.md", text)) == ["1 gender"]


def test_only_so_many_of_one_sentence(here):
    baseline = base(here, put("a.md", CHAIRMAN * 2))
    assert len(baseline) == 2
    assert left(baseline, put("a.md", CHAIRMAN * 4)) == ["3 gender", "4 gender"]
    assert left(baseline, put("a.md", CHAIRMAN * 2)) == []  # a second look takes the place of the first


def test_a_new_category_of_a_known_passage_is_reported(here):
    def report(*categories):
        text = CHAIRMAN.rstrip()
        finding = Finding(Span(0, len(text)), categories, 0.9, (), "Gender: x", None)
        return FileReport("a.md", Review(Document(text, "markdown"), (finding,), ()))

    put("a.md", CHAIRMAN)
    assert left(base(here, report("gender")), report("gender", "class")) == ["1 class"]


def test_a_renamed_file_brings_its_entries_along(here):
    baseline = base(here, put("a.md", CHAIRMAN + IDIOTS), put("b.md", CHAIRMAN))
    os.rename("a.md", "c.md")
    assert left(baseline, put("c.md", CHAIRMAN + IDIOTS)) == []
    assert left(baseline, put("d.md", CHAIRMAN)) == ["1 gender"]  # served once only
    assert left(baseline, put("b.md", CHAIRMAN)) == []
    assert baseline.pruned() == Baseline.of([put("c.md", CHAIRMAN + IDIOTS), put("b.md", CHAIRMAN)])


def test_a_file_that_is_still_there_serves_no_other(here):
    baseline = base(here, put("a.md", CHAIRMAN))
    assert left(baseline, put("c.md", CHAIRMAN)) == ["1 gender"]


def test_what_a_gone_file_has_left_waits_until_all_others_were_checked(here):
    baseline = base(here, put("a.md", CHAIRMAN), put("b.md", IDIOTS), put("c.md", IDIOTS))
    os.rename("a.md", "new.md")
    assert left(baseline, put("b.md", IDIOTS)) == []
    assert baseline.pruned() == baseline  # a commit of b.md only: new.md is still to come
    assert left(baseline, put("c.md", IDIOTS)) == []
    assert baseline.pruned() == Baseline.of([put("b.md", IDIOTS), put("c.md", IDIOTS)])


def test_pruning_takes_what_was_fixed(here):
    baseline = base(here, put("a.md", CHAIRMAN * 2 + IDIOTS), put("b.md", CHAIRMAN))
    assert left(baseline, put("a.md", CHAIRMAN)) == []
    assert baseline.pruned() == Baseline.of([put("a.md", CHAIRMAN), put("b.md", CHAIRMAN)])


def test_pruning_spares_what_nobody_looked_for(here):
    baseline = base(here, put("a.md", CHAIRMAN + IDIOTS))
    assert left(baseline, put("a.md", "Hello there.\n"), frozenset({"gender"})) == []
    assert baseline.pruned() == Baseline.of([put("a.md", IDIOTS)])


def test_pruning_keeps_the_words_of_an_entry(here):
    baseline = base(here, put("a.md", CHAIRMAN))
    assert left(baseline, put("a.md", CHAIRMAN.upper())) == []
    assert baseline.pruned() == baseline
    assert not baseline.pruned().save(here / ".srlint-baseline.json")


def test_nothing_new_gets_in_by_pruning(here):
    baseline = base(here, put("a.md", CHAIRMAN))
    assert left(baseline, put("a.md", CHAIRMAN * 2 + IDIOTS)) == ["2 gender", "3 toxicity"]
    assert baseline.pruned() == baseline


def test_writing_anew_keeps_the_entries_of_files_that_were_not_checked(here):
    baseline = base(here, put("a.md", CHAIRMAN), put("b.md", CHAIRMAN))
    left(baseline, put("a.md", IDIOTS))
    assert baseline.recorded() == Baseline.of([put("a.md", IDIOTS), put("b.md", CHAIRMAN)])


def test_writing_anew_keeps_the_entries_of_categories_that_were_not_judged(here):
    baseline = base(here, put("a.md", IDIOTS))
    left(baseline, put("a.md", CHAIRMAN), frozenset({"gender"}))
    assert baseline.recorded() == Baseline.of([put("a.md", IDIOTS + CHAIRMAN)])


def test_findings_about_directives_are_not_accepted(here):
    finding = Finding(Span(0, 3), ("suppression",), 1.0, (), "Suppression: x", None)
    report = FileReport("a.md", Review(Document("xyz", "markdown"), (finding,), ()))
    assert len(Baseline.of([report])) == 0
    assert left(base(here, report), report) == ["1 suppression"]


def test_a_comment_within_a_passage_does_not_count():
    text = "The chairman <!-- srlint: ignore[age] x --> opens."
    finding = Finding(Span(0, len(text)), ("gender",), 0.9, (), "", None)
    review = Review(Document(text, "markdown"), (finding,), (), (Comment(Span(13, 42), "srlint: …"),))
    assert normalised(review, finding) == "thechairmanopens"


def test_a_notebook_is_read_without_its_escapes():
    text = '["The caf\\u00e9\'s \\"chairman\\"\\n",\n "opens."]'
    finding = Finding(Span(2, len(text) - 2), ("gender",), 0.9, (), "", None)
    assert normalised(Review(Document(text, "jupyter"), (finding,), ()), finding) == "thecaféschairmanopens"


def test_names_are_relative_to_the_folder_of_the_baseline(here, monkeypatch):
    reports = [put("docs/deep/a.md", CHAIRMAN), put("other/b.md", IDIOTS)]
    path = here / "docs" / "base.json"
    Baseline.of(reports).save(path)
    assert sorted(json.loads(path.read_text())["files"]) == ["../other/b.md", "deep/a.md"]
    monkeypatch.chdir(here / "docs" / "deep")
    baseline = Baseline.load(path)
    assert left(baseline, FileReport("a.md", judged(CHAIRMAN))) == []
    assert left(baseline, FileReport(str(here / "other" / "b.md"), judged(IDIOTS))) == []


def test_separators_of_another_system(here, monkeypatch):
    import srlint.baseline

    monkeypatch.setattr(srlint.baseline.os.path, "relpath", lambda name, folder: "docs\\a.md")
    monkeypatch.setattr(srlint.baseline.os, "sep", "\\")
    Baseline({str(here / "docs" / "a.md"): [Entry("gender", "0" * 16, 1, "x")]}).save(here / "base.json")
    assert list(json.loads((here / "base.json").read_text())["files"]) == ["docs/a.md"]


def test_an_accented_name_in_either_spelling(here):
    composed, taken_apart = "caf\u00e9.md", unicodedata.normalize("NFD", "caf\u00e9.md")
    baseline = base(here, put(taken_apart, CHAIRMAN))
    assert left(baseline, put(composed, CHAIRMAN)) == []
    assert list(json.loads((here / ".srlint-baseline.json").read_text())["files"]) == [composed]
    os.remove(composed)
    assert left(Baseline.load(here / ".srlint-baseline.json"), put("other.md", CHAIRMAN)) == ["1 gender"]


def test_a_name_that_is_not_unicode(here):
    name = os.fsdecode(b"caf\xe9.md")
    baseline = base(here, FileReport(name, judged(CHAIRMAN)))
    assert left(baseline, FileReport(name, judged(CHAIRMAN))) == []


def test_saving_only_what_has_changed(here):
    path = here / "base.json"
    baseline = Baseline.of([put("a.md", CHAIRMAN)])
    assert baseline.save(path)
    path.write_text(json.dumps(json.loads(path.read_text()), indent=8))  # someone's formatter
    before = path.read_bytes()
    assert not baseline.save(path) and path.read_bytes() == before
    assert Baseline.of([put("a.md", IDIOTS)]).save(path)


def test_a_read_only_file_is_an_error_that_names_it(here, monkeypatch):
    path = here / "base.json"
    path.write_text("{}")
    monkeypatch.setattr(os, "access", lambda path, mode: False)  # nothing is read-only for a privileged user
    with pytest.raises(DocumentError, match=r"base\.json: baseline not writable"):
        Baseline.of([put("a.md", CHAIRMAN)]).save(path)


def test_a_folder_that_is_not_there(here):
    with pytest.raises(DocumentError, match=r"base\.json: baseline cannot be written: "):
        Baseline.of([]).save(here / "none" / "base.json")


GOOD = '{"category": "gender", "passage": "0123456789abcdef", "count": 1, "text": "x"}'


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "not valid JSON"),
        ("{", "not valid JSON"),
        ("[" * 100_000, "not valid JSON"),
        ("\udcff", "not valid JSON"),
        ("[]", "no baseline of srlint"),
        ("{}", "no baseline of srlint"),
        ('{"version": "1", "files": {}}', "no baseline of srlint"),
        ('{"version": true, "files": {}}', "no baseline of srlint"),
        ('{"version": 0, "files": {}}', "no baseline of srlint"),
        ('{"version": 1, "files": []}', "no baseline of srlint"),
        ('{"version": 2, "files": {}}', "baseline of version 2, newer than 1; update srlint or delete it"),
        ('{"version": 1, "files": {"a.md": {}}}', "entry 1 of 'a.md' in the baseline is damaged"),
        (f'{{"version": 1, "files": {{"a.md": [{GOOD}, 5]}}}}', "entry 2 of 'a.md'"),
        (f'{{"version": 1, "files": {{"a.md": [{GOOD.replace("1,", "0,")}]}}}}', "entry 1 of 'a.md'"),
        (f'{{"version": 1, "files": {{"a.md": [{GOOD.replace("abc", "xyz")}]}}}}', "entry 1 of 'a.md'"),
        (f'{{"version": 1, "files": {{"a.md": [{GOOD.replace("category", "c")}]}}}}', "entry 1 of 'a.md'"),
        ("{\n<<<<<<< HEAD\n=======\n>>>>>>> main\n}", "unresolved merge conflicts"),
    ],
)
def test_a_damaged_file_is_an_error_in_one_line(here, content, message):
    path = here / "base.json"
    path.write_bytes(content.encode("utf-8", "surrogateescape"))
    with pytest.raises(ConfigError) as error:
        Baseline.load(path)
    assert str(error.value).startswith("base.json: ") and message in str(error.value)
    assert "\n" not in str(error.value) and "--write-baseline" in str(error.value)


def test_a_missing_file_is_an_error_that_says_how_to_make_one(here):
    with pytest.raises(ConfigError, match="no such baseline; make it with --write-baseline"):
        Baseline.load(here / "none.json")


def test_files_that_git_merged_line_by_line(here):
    """The same file and the same entry twice: everything counts, the larger number of the two holds."""

    def row(digit: str, count: int) -> str:
        return json.dumps({"category": "gender", "passage": digit * 16, "count": count})

    twice = f'"a.md": [{row("1", 1)}], "a.md": [{row("1", 3)}, {row("2", 1)}], "./a.md": [{row("3", 1)}]'
    (here / "base.json").write_text(f'\ufeff{{"version": 1,\r\n "files": {{{twice}}}}}', encoding="utf-8")
    assert len(Baseline.load(here / "base.json")) == 5


@given(st.lists(st.sampled_from([CHAIRMAN, IDIOTS, "Hello there.\n"])), st.lists(st.sampled_from([CHAIRMAN, IDIOTS])))
@settings(max_examples=60, deadline=None)
def test_what_is_recorded_is_accepted_and_pruning_settles(old, new):
    recorded = Baseline.of([FileReport("a.md", judged("".join(old)))])
    assert recorded.accept("a.md", judged("".join(old))).findings == ()
    assert recorded.pruned() == recorded
    recorded.accept("a.md", judged("".join(new)))
    pruned = recorded.pruned()
    assert len(pruned) <= len(recorded)
    again = recorded.accept("a.md", judged("".join(new))).findings
    assert pruned.accept("a.md", judged("".join(new))).findings == again
    assert pruned.pruned() == pruned
