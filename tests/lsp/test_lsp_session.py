"""Sessions with the real server and the shipped detector: what is shown, and what can be done about it."""

from __future__ import annotations

from pathlib import Path

import pytest
from editor import Editor, applied, capable, edits_of
from lsprotocol import types as t
from pygls.exceptions import JsonRpcException

from srlint.categories import BY_ID, page
from srlint.config import Settings
from srlint.document import Document
from srlint.linter import Linter

SAFE = "🎉 Hello. The chairman speaks."
NO_REWRITE = "The installer is so simple that even your grandfather will manage it."
FIX_ALL = "source.fixAll.srlint"
UNITS = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}


@pytest.fixture(scope="module")
def editor(tmp_path_factory):
    folder = tmp_path_factory.mktemp("project")
    (folder / ".git").mkdir()
    with Editor(folder) as one:
        one.folder = folder
        yield one


def at(line: int, start: int, end: int) -> t.Range:
    return t.Range(t.Position(line, start), t.Position(line, end))


def titles(actions) -> list[str]:
    return [action.title for action in actions]


def named(actions, title: str):
    return next(action for action in actions if action.title == title)


def test_a_finding_is_shown_with_all_there_is_to_say(editor):
    uri = editor.open(editor.folder / "shown.md", f"# Title\n\n{SAFE}\n")
    (found,) = editor.rewritten(uri)
    assert found.range.end == t.Position(2, 22)
    assert found.range.start in (t.Position(2, 10), t.Position(2, 14))  # with its article or without
    assert (found.source, found.code, found.severity) == ("srlint", "gender", t.DiagnosticSeverity.Warning)
    assert found.message == "Gender: “chairman”: prefer “chair”"
    assert found.code_description is None
    assert found.data["version"] == 1
    first = found.data["rewrites"][0]
    assert (first["text"], first["safety"]) == ("The chair speaks.", "safe")
    assert first["edits"] == [
        {"range": {"start": {"line": 2, "character": 14}, "end": {"line": 2, "character": 22}}, "newText": "chair"}
    ]


def test_the_findings_are_those_of_check(editor):
    text = f"{SAFE}\n\n{NO_REWRITE}\n\nThe whitelist is *crazy*.\n\nAll is well.\n"
    uri = editor.open(editor.folder / "same.md", text)
    found = editor.diagnostics(uri, lambda found: len(found) == 3 and found[2].data["rewrites"])
    with Linter.open(Settings(use_model=False)) as linter:
        review = linter.check(Document(text, "markdown"))
    assert [item.message for item in found] == [finding.message for finding in review.findings]
    assert [round(finding.probability, 4) for finding in review.findings] == [d.data["probability"] for d in found]
    rewrites = [[new.text for new in (finding.rewrite, *finding.others) if new] for finding in review.findings]
    assert [[new["text"] for new in item.data["rewrites"]] for item in found] == rewrites


def test_severities_follow_the_finding(editor):
    text = "These idiots broke the build.\n\nAdd it to the whitelist.\n\nThe chairman speaks.\n"
    uri = editor.open(editor.folder / "levels.md", text)
    found = editor.diagnostics(uri)
    levels = {item.code: item.severity for item in found}
    assert levels["terminology"] == t.DiagnosticSeverity.Information
    assert levels["gender"] == t.DiagnosticSeverity.Warning
    assert t.DiagnosticSeverity.Error in levels.values()


def test_edits_are_followed(editor):
    uri = editor.open(editor.folder / "edited.md", f"{SAFE}\n")
    assert len(editor.rewritten(uri)) == 1
    editor.edit(uri, 0, 14, 22, "speaker")
    editor.diagnostics(uri, lambda found: not found)
    editor.edit(uri, 0, 0, 0, "Hello.\n\n")
    editor.edit(uri, 2, 14, 21, "chairman")
    (found,) = editor.rewritten(uri)
    assert (found.range.end, found.data["version"]) == (t.Position(2, 22), 4)


def test_closing_clears(editor):
    uri = editor.open(editor.folder / "closed.md", f"{SAFE}\n")
    editor.diagnostics(uri)
    editor.close(uri)
    assert editor.until(lambda: not editor.latest(uri).diagnostics)


def test_nothing_is_shown_of_a_text_that_is_gone(editor):
    """Each text takes the place of the one before: what is shown last belongs to the last."""
    uri = editor.open(editor.folder / "typed.md", "")
    before = len(editor.shown)
    for end in range(1, len(SAFE) + 1):
        editor.replace(uri, SAFE[:end])
    editor.rewritten(uri)
    versions = [params.version for params in editor.shown[before:] if params.uri == uri]
    assert versions == sorted(versions)
    assert versions[-1] == editor.versions[uri]
    assert len(versions) < len(SAFE)  # most of them were never checked


def test_rewrites_change_their_words_and_nothing_else(editor):
    text = f"\ufeff# Title\r\n\r\n{SAFE} Then the *chairman* left.\r\n"
    uri = editor.open(editor.folder / "bytes.md", text)
    found = editor.diagnostics(uri, lambda found: len(found) == 2 and all(d.data["rewrites"] for d in found))
    for item in found:
        action = editor.actions(uri, item.range, ["quickfix"])[0]
        (edit,) = edits_of(action.edit, uri, 1)
        after = applied(text, [edit])
        assert after in (text.replace("chairman", "chair", 1), text.replace("*chairman*", "*chair*"))
    both = editor.actions(uri, at(2, 0, 0), [FIX_ALL])[0]
    assert applied(text, edits_of(both.edit, uri, 1)) == text.replace("chairman", "chair")


@pytest.mark.parametrize("encoding", sorted(UNITS))
def test_positions_in_every_encoding(tmp_path, encoding):
    with Editor(tmp_path, able=capable([encoding, "utf-16"])) as one:
        assert one.capabilities.position_encoding == encoding
        for name, line_end in (("lf", "\n"), ("crlf", "\r\n"), ("cr", "\r")):
            check_positions(one, tmp_path / f"{name}.md", encoding, line_end)


def check_positions(one: Editor, path: Path, encoding: str, line_end: str) -> None:
    line = f"é {SAFE} 🎉"
    text = line_end.join(["# Ünï\u2028cödé \x0c🏳️‍🌈", "", line, "", "All is well.", ""])
    uri = one.open(path, text)
    (found,) = one.rewritten(uri)
    codec, unit = UNITS[encoding]
    start, end = (len(line[: line.index(word)].encode(codec)) // unit for word in ("The", " speaks"))
    assert start <= found.range.start.character <= start + 4
    assert found.range.end == t.Position(2, end)
    action = one.actions(uri, found.range, ["quickfix"])[0]
    assert applied(text, edits_of(action.edit, uri, 1), codec, unit) == text.replace("chairman", "chair")
    one.edit(uri, 2, start, start, "Now ")
    (moved,) = one.rewritten(uri)
    assert moved.range.end == t.Position(2, end + 4)
    after = one.actions(uri, moved.range, ["quickfix"])[0]
    now = text.replace("The", "Now The")
    assert applied(now, edits_of(after.edit, uri, 2), codec, unit) == now.replace("chairman", "chair")


def test_the_actions_of_a_finding(editor):
    uri = editor.open(editor.folder / "actions.md", f"{SAFE}\n")
    (found,) = editor.rewritten(uri)
    actions = editor.actions(uri, at(0, 15, 15), told=[found])
    assert titles(actions) == [
        "Rewrite: The chair speaks.",
        "Rewrite: The chairperson speaks.",
        "Ignore here with a reason",
        "Ignore “gender” in this file",
        "Allow “chairman”",
        "Explain “gender”",
        "Apply all safe rewrites",
    ]
    assert [action.is_preferred for action in actions[:2]] == [True, False]
    assert all(list(action.diagnostics) == [found] for action in actions[:4])
    assert {action.kind for action in actions[:4]} == {t.CodeActionKind.QuickFix}
    assert actions[6].kind == FIX_ALL


def test_actions_are_offered_where_they_belong(editor):
    text = f"Fine.\n\n{SAFE}\n\n{NO_REWRITE}\n"
    uri = editor.open(editor.folder / "where.md", text)
    editor.diagnostics(uri, lambda found: len(found) == 2 and found[0].data["rewrites"])
    assert titles(editor.actions(uri, at(0, 2, 2), ["quickfix"])) == []
    shown = list(editor.latest(uri).diagnostics)
    beside = editor.actions(uri, at(2, 1, 1), ["quickfix"], told=[shown[0]])
    assert titles(beside)[0] == "Rewrite: The chair speaks."
    assert not any(title.startswith("Rewrite") for title in titles(editor.actions(uri, at(4, 9, 9), ["quickfix"])))
    assert titles(editor.actions(uri, at(0, 0, 0), ["source"])) == ["Apply all safe rewrites"]
    assert titles(editor.actions(uri, at(2, 15, 15), ["refactor"])) == []


def test_a_comment_is_worked_out_when_somebody_chooses_it(editor):
    text = f"---\ntitle: x\n---\n\n{SAFE}\n\n{NO_REWRITE}\n"
    uri = editor.open(editor.folder / "ignored.md", text)
    editor.diagnostics(uri, lambda found: len(found) == 2)
    here = named(editor.actions(uri, at(4, 15, 15)), "Ignore here with a reason")
    assert here.edit is None
    after = applied(text, edits_of(editor.resolve(here).edit, uri, 1))
    assert after == text.replace(SAFE, f"{SAFE} <!-- srlint: ignore[gender] say why -->")
    editor.replace(uri, after)
    (left,) = editor.diagnostics(uri, lambda found: len(found) == 1)
    categories = ", ".join(left.data["categories"])
    whole = named(editor.actions(uri, left.range), f"Ignore “{categories}” in this file")
    after = applied(after, edits_of(editor.resolve(whole).edit, uri, 2))
    assert f"<!-- srlint: file-ignore[{categories}] say why -->" in after
    editor.replace(uri, after)
    editor.diagnostics(uri, lambda found: not found)


def test_an_action_for_a_text_that_has_changed_is_refused(editor):
    uri = editor.open(editor.folder / "late.md", f"{SAFE}\n")
    editor.diagnostics(uri)
    here = named(editor.actions(uri, at(0, 15, 15)), "Ignore here with a reason")
    editor.edit(uri, 0, 0, 0, "x")
    with pytest.raises(JsonRpcException, match="changed meanwhile"):
        editor.resolve(here)


@pytest.fixture(scope="module")
def other(tmp_path_factory):
    """An editor with other abilities: it cannot resolve, reads plain text, and knows snippets."""
    folder = tmp_path_factory.mktemp("other")
    with Editor(folder, able=capable(eager=True, snippets=True, hover=t.MarkupKind.PlainText)) as one:
        one.folder = folder
        yield one


def test_editors_that_cannot_resolve_get_the_edit_at_once(other):
    uri = other.open(other.folder / "a.md", f"{SAFE}\n")
    other.diagnostics(uri)
    whole = named(other.actions(uri, at(0, 15, 15)), "Ignore “gender” in this file")
    (edit,) = edits_of(whole.edit, uri, 1)
    assert edit.range == at(0, 0, 0)


def test_the_reason_is_a_place_to_type_in_where_the_editor_can(other):
    uri = other.open(other.folder / "a.tex", "\\begin{document}\nThe chairman.\n\\end{document}\n", "latex")
    other.diagnostics(uri)
    here = named(other.actions(uri, at(1, 5, 5)), "Ignore here with a reason")
    (edit,) = edits_of(here.edit, uri, 1)
    assert edit.snippet.value == "% srlint: ignore[gender] ${1:say why}\n"


def test_hover_in_plain_text(other):
    uri = other.open(other.folder / "b.md", "The *chairman* speaks.\n")
    other.rewritten(uri)
    assert "Safe rewrite: The *[-chairman-]{+chair+}* speaks." in other.hover(uri, 0, 7).contents.value


def test_all_safe_rewrites_by_command(editor):
    text = f"{SAFE}\n\n{NO_REWRITE}\n\nAdd it to the whitelist.\n"
    uri = editor.open(editor.folder / "all.md", text)
    editor.run("srlint.fixAll", uri)
    edits = edits_of(editor.applied[-1], uri, 1)
    assert applied(text, edits) == text.replace("chairman", "chair").replace("whitelist", "allowlist")
    clean = editor.open(editor.folder / "none.md", "All is well.\n")
    editor.run("srlint.fixAll", {"uri": clean})
    assert editor.until(lambda: editor.messages[-1] == "srlint: no safe rewrite to apply")


def test_fix_on_save_waits_for_the_rewrites_of_the_text_as_it_is(editor):
    uri = editor.open(editor.folder / "save.md", "All is well.\n")
    editor.replace(uri, f"{SAFE}\n")
    (action,) = editor.actions(uri, at(0, 0, 0), ["source.fixAll"])
    assert applied(f"{SAFE}\n", edits_of(action.edit, uri, 2)) == "🎉 Hello. The chair speaks.\n"


def test_explain_shows_the_page(editor):
    editor.run("srlint.explain", "gender")
    assert editor.until(lambda: page(BY_ID["gender"]) in editor.messages)


@pytest.mark.parametrize(
    ("command", "arguments"),
    [("srlint.explain", ["nonsense"]), ("srlint.explain", []), ("srlint.allow", []), ("srlint.fixAll", [3])],
)
def test_commands_that_make_no_sense_are_answered(editor, command, arguments):
    with pytest.raises(JsonRpcException, match="take|takes|open"):
        editor.run(command, *arguments)
    assert "Traceback" not in "".join(editor.messages + editor.log)


def test_hover_says_why(editor):
    text = "The *chairman* speaks.\n"
    uri = editor.open(editor.folder / "hover.md", text)
    editor.rewritten(uri)
    hover = editor.hover(uri, 0, 7)
    probability = editor.latest(uri).diagnostics[0].data["probability"]
    assert hover.contents.kind == t.MarkupKind.Markdown
    said = hover.contents.value
    assert said.startswith("**Gender**")
    assert f"{probability:.2f}".replace(".", "\\.") in said
    assert BY_ID["gender"].why.partition(",")[0] in said
    assert "Safe rewrite: The \\*~~chairman~~**chair**\\* speaks\\." in said
    assert hover.range == editor.latest(uri).diagnostics[0].range
    uri = editor.open(editor.folder / "nothing.md", "All is well.\n")
    assert editor.hover(uri, 0, 3) is None


def test_an_editor_that_only_asks_gets_answers(tmp_path):
    with Editor(tmp_path, able=capable(pulls=True)) as one:
        assert one.capabilities.diagnostic_provider is not None
        uri = one.open(tmp_path / "a.md", f"{SAFE}\n")
        assert [item.code for item in one.pull(uri)] == ["gender"]
        one.until(lambda: one.refreshed > 1)
        assert one.pull(uri)[0].data["rewrites"]
        assert one.shown == []


def test_comments_of_the_document_are_obeyed_and_checked(editor):
    text = "The chairman speaks. <!-- srlint: ignore[gender] title -->\n\nFine. <!-- srlint: ignore[gendr] -->\n"
    uri = editor.open(editor.folder / "directives.md", text)
    (found,) = editor.diagnostics(uri)
    assert (found.code, found.range.start.line) == ("suppression", 2)
    assert titles(editor.actions(uri, found.range, ["quickfix"])) == []


@pytest.mark.parametrize(
    ("name", "language", "read"),
    [
        ("a.rst", "restructuredtext", True),
        ("a.md", "plaintext", True),
        ("a.toml", "toml", False),
        ("a.py", "python", False),
        ("README", "markdown", True),
        ("Makefile", "makefile", False),
        ("node_modules/x/README.md", "markdown", False),
    ],
)
def test_which_files_are_read(editor, name, language, read):
    uri = editor.open(editor.folder / "which" / name, "The chairman speaks.\n", language)
    canary = editor.open(editor.folder / "which" / f"canary-{language}-{read}.md", "The chairman speaks.\n")
    editor.diagnostics(canary)
    if read:
        editor.diagnostics(uri)
    else:
        assert editor.latest(uri) is None


@pytest.mark.parametrize(
    ("uri", "language", "found"),
    [
        ("untitled:Untitled-1", "markdown", 1),
        ("untitled:Untitled-2", "plaintext", 1),
        ("untitled:Untitled-3", "latex", 0),
        ("git:/a/b.md?HEAD", "markdown", None),
        ("untitled:Untitled-4", "rust", None),
    ],
)
def test_the_language_decides_for_what_has_no_file(editor, uri, language, found):
    text = "The chairman speaks.\n" if language != "latex" else "% The chairman speaks.\n"
    editor.open(uri, text, language)
    canary = editor.open(editor.folder / f"canary-{uri[-3:].replace(':', '')}.md", "The chairman speaks.\n")
    editor.diagnostics(canary)
    if found is None:
        assert editor.latest(uri) is None
    else:
        editor.diagnostics(uri, lambda shown: len(shown) == found)


def test_a_document_that_cannot_be_read_is_one_message(editor):
    before = len(editor.messages)
    uri = editor.open(editor.folder / "binary.md", "The chairman\0.\n")
    editor.until(lambda: any("binary" in message for message in editor.messages[before:]))
    editor.edit(uri, 0, 0, 0, "x")
    editor.save(uri)
    editor.replace(uri, f"{SAFE}\n")
    editor.diagnostics(uri)
    told = [message for message in editor.messages[before:] if "binary" in message]
    assert len(told) == 1
    assert told[0].startswith(str(editor.folder / "binary.md")) or told[0].startswith("binary.md")
    assert "\n" not in told[0]
